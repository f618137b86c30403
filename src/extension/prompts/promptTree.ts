import * as l10n from '@vscode/l10n';
import type * as vscode from 'vscode';
import type { Clock, Log } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import { LazyTree } from '../trees/lazyTree.ts';
import { recentScope } from '../trees/recentScope.ts';
import type { TreeNode } from '../trees/treeNode.ts';
import { promptNodes } from './promptNodes.ts';

export const promptsViewId = 'langfuseMetrics.prompts';

const shownDays = 30;

export interface PromptTreeOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly database: MetricsDatabase;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly clock: Clock;
  readonly log: Log;
}

/** The view "Prompts": folders, prompts, versions with their labels, success and cost. */
export class PromptTree implements vscode.Disposable {
  readonly #options: PromptTreeOptions;
  readonly #tree: LazyTree;

  constructor(options: PromptTreeOptions) {
    this.#options = options;
    this.#tree = new LazyTree({
      viewId: promptsViewId,
      roots: () => this.#roots(),
      log: options.log,
      selectMany: true,
    });
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
    const { prompts } = await engine.ask('prompts', { scope: recentScope(now, shownDays) });
    return promptNodes(prompts, { numbers, times, now });
  }
}
