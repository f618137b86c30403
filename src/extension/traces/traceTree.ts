import * as l10n from '@vscode/l10n';
import type * as vscode from 'vscode';
import type { Clock, Log } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import { LazyTree } from '../trees/lazyTree.ts';
import type { TreeNode } from '../trees/treeNode.ts';
import { describeFilter, toTraceFilter, wholeView, type TraceView } from './traceFilterState.ts';
import {
  filterNode,
  groupNode,
  moreNode,
  observationNode,
  traceNode,
  type TraceNodeContext,
  type TraceSubject,
} from './traceNodes.ts';

export const tracesViewId = 'langfuseMetrics.traces';

const viewKey = 'traces.view';
/** Rows read at once, and added by "Load more". */
const tracePageSize = 200;
const groupPageSize = 60;
const observationPageSize = 500;

export interface TraceTreeOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly database: MetricsDatabase;
  readonly memory: vscode.Memento;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly clock: Clock;
  readonly log: Log;
}

/** The view "Traces": groups, their traces, and each trace's tree of observations. Reads only what is unfolded. */
export class TraceTree implements vscode.Disposable {
  readonly #options: TraceTreeOptions;
  readonly #tree: LazyTree;
  /** Pages read of each list, by the id of the row it lies below. */
  readonly #pages = new Map<string, number>();
  readonly #nodes = new Map<string, TreeNode>();

  constructor(options: TraceTreeOptions) {
    this.#options = options;
    this.#tree = new LazyTree({ viewId: tracesViewId, roots: () => this.#roots(), log: options.log });
  }

  get view(): TraceView {
    return { ...wholeView, ...this.#options.memory.get<Partial<TraceView>>(viewKey) };
  }

  async show(view: TraceView): Promise<void> {
    await this.#options.memory.update(viewKey, view);
    this.#pages.clear();
    this.refresh();
  }

  refresh(): void {
    this.#nodes.clear();
    this.#tree.refresh();
  }

  /** @param parentId of the list that "Load more" stands below */
  loadMore(parentId: unknown): void {
    if (typeof parentId !== 'string') {
      return;
    }
    this.#pages.set(parentId, this.#pagesOf(parentId) + 1);
    this.#tree.refresh(this.#nodes.get(parentId));
  }

  dispose(): void {
    this.#tree.dispose();
  }

  async #roots(): Promise<readonly TreeNode[]> {
    const { engine, database, numbers } = this.#options;
    const { view } = this;
    const context = this.#context();
    const description = describeFilter(view, context);
    const head = description === '' ? [] : [filterNode(description)];
    if (!(await database.mayExist())) {
      this.#tree.describe('', '');
      return [];
    }
    const filter = toTraceFilter(view, this.#options.clock.now());
    const { groups, nextCursor } = await engine.ask('traceGroups', {
      filter,
      grouping: view.grouping,
      timeZone: this.#options.times.timeZone,
      limit: groupPageSize * this.#pagesOf('root'),
    });
    const nothing = groups.length === 0 && description !== '';
    this.#tree.describe(nothing ? l10n.t('No trace passes this filter.') : '', '');
    const nodes = groups.map((group, index) => {
      const id = `group/${view.grouping}/${group.key ?? ''}`;
      const node = groupNode(group, view.grouping, () => this.#tracesOf(id, group.key, group.traces), {
        ...context,
        open: index === 0,
      });
      this.#nodes.set(id, node);
      return node;
    });
    return [...head, ...nodes, ...(nextCursor === null ? [] : [moreNode('root', null, numbers)])];
  }

  async #tracesOf(groupId: string, group: string | null, total: number): Promise<readonly TreeNode[]> {
    const { engine, clock, numbers } = this.#options;
    const { view } = this;
    const { traces, nextCursor } = await engine.ask('traces', {
      filter: toTraceFilter(view, clock.now()),
      grouping: view.grouping,
      timeZone: this.#options.times.timeZone,
      group,
      order: 'newest',
      limit: tracePageSize * this.#pagesOf(groupId),
    });
    const context = this.#context();
    const nodes = traces.map((trace) => {
      const subject = { projectId: trace.projectId, traceId: trace.id, observationId: null };
      const id = `${groupId}/trace/${trace.projectId}/${trace.id}`;
      const node = traceNode(trace, () => this.#observationsOf(id, subject), context, {
        parentId: groupId,
        withDay: view.grouping !== 'day',
      });
      this.#nodes.set(id, node);
      return node;
    });
    const hidden = Math.min(tracePageSize, total - traces.length);
    return nextCursor === null ? nodes : [...nodes, moreNode(groupId, hidden > 0 ? hidden : null, numbers)];
  }

  async #observationsOf(parentNodeId: string, parent: TraceSubject): Promise<readonly TreeNode[]> {
    const { engine, numbers } = this.#options;
    const { projectId, traceId, observationId } = parent;
    const { observations, total } = await engine.ask('traceChildren', {
      projectId,
      traceId,
      parentId: observationId,
      limit: observationPageSize * this.#pagesOf(parentNodeId),
      offset: 0,
    });
    const context = this.#context();
    const nodes = observations.map((observation) => {
      const id = `${parentNodeId}/${observation.id}`;
      const subject = { projectId, traceId, observationId: observation.id };
      const node = observationNode(
        observation,
        subject,
        () => this.#observationsOf(id, subject),
        context,
        parentNodeId,
      );
      this.#nodes.set(id, node);
      return node;
    });
    const hidden = total - observations.length;
    return hidden === 0 ? nodes : [...nodes, moreNode(parentNodeId, Math.min(hidden, observationPageSize), numbers)];
  }

  #pagesOf(parentId: string): number {
    return this.#pages.get(parentId) ?? 1;
  }

  #context(): TraceNodeContext {
    const { numbers, times, clock } = this.#options;
    const now = clock.now();
    const dates = new Intl.DateTimeFormat('en-CA');
    const dateOf = (time: number): string => dates.format(time);
    return { numbers, times, now, today: dateOf(now), yesterday: dateOf(now - 86_400_000) };
  }
}
