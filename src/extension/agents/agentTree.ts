import * as l10n from '@vscode/l10n';
import type * as vscode from 'vscode';
import type { Clock, Log } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { Scope } from '../../protocol/scope.ts';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import { LazyTree } from '../trees/lazyTree.ts';
import { recentScope } from '../trees/recentScope.ts';
import type { TreeNode } from '../trees/treeNode.ts';
import { agentNode, taskNode } from './agentNodes.ts';

export const agentsViewId = 'langfuseMetrics.agents';

const shownDays = 30;
const shownTasks = 100;

export interface AgentTreeOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly database: MetricsDatabase;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly clock: Clock;
  readonly log: Log;
}

/** The view "Agents": each agent, its task types, their recent tasks with the failures first. */
export class AgentTree implements vscode.Disposable {
  readonly #options: AgentTreeOptions;
  readonly #tree: LazyTree;

  constructor(options: AgentTreeOptions) {
    this.#options = options;
    this.#tree = new LazyTree({ viewId: agentsViewId, roots: () => this.#roots(), log: options.log });
  }

  refresh(): void {
    this.#tree.refresh();
  }

  dispose(): void {
    this.#tree.dispose();
  }

  async #roots(): Promise<readonly TreeNode[]> {
    const { engine, database, numbers, times, clock } = this.#options;
    this.#tree.describe('', l10n.t('{0} d', shownDays));
    if (!(await database.mayExist())) {
      return [];
    }
    const now = clock.now();
    const scope = recentScope(now, shownDays);
    const { agents } = await engine.ask('agents', { scope, comparePrevious: true });
    return agents.map((agent) =>
      agentNode(agent, (taskType, parentId) => this.#tasksOf(scope, agent.agent, taskType, parentId), {
        numbers,
        times,
        now,
      }),
    );
  }

  async #tasksOf(scope: Scope, agent: string, taskType: string | null, parentId: string): Promise<readonly TreeNode[]> {
    const { engine, numbers, times, clock } = this.#options;
    const { tasks } = await engine.ask('agentTasks', { scope, agent, taskType, limit: shownTasks });
    return tasks.map((task) => taskNode(task, parentId, { numbers, times, now: clock.now() }));
  }
}
