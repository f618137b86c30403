import * as vscode from 'vscode';
import type { Clock, Log } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { ExportController } from '../exports/exportController.ts';
import { errorText } from '../messages/messages.ts';
import { toTreeItem, withTooltip } from '../trees/treeItems.ts';
import type { NodeContext } from '../trees/treeNode.ts';
import type { RunHistory, RunList } from './runHistory.ts';
import { coverageText, errorNode, loadMoreNode, runningNode, runNode, type RunNode } from './runNodes.ts';

const runsViewId = 'langfuseMetrics.runs';

/** The progress of a running export moves this often at most; faster only flickers. */
const progressMilliseconds = 500;

export interface RunsTreeOptions {
  readonly history: RunHistory;
  readonly controller: ExportController;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly clock: Clock;
  readonly log: Log;
}

/** The view "Exports": the export under way, then the runs in the database, newest first. */
export class RunsTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  readonly #history: RunHistory;
  readonly #controller: ExportController;
  readonly #numbers: Numbers;
  readonly #times: Times;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<RunNode | undefined>();
  readonly #view: vscode.TreeView<RunNode>;
  readonly #subscriptions: vscode.Disposable;
  #progressTimer: NodeJS.Timeout | null = null;
  #running: RunNode | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ history, controller, numbers, times, clock, log }: RunsTreeOptions) {
    this.#history = history;
    this.#controller = controller;
    this.#numbers = numbers;
    this.#times = times;
    this.#clock = clock;
    this.#log = log;
    this.#view = vscode.window.createTreeView(runsViewId, { treeDataProvider: this });
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      this.#view,
      history.onDidChange(() => this.#changed.fire(undefined)),
      controller.onDidChange(() => this.#followProgress()),
    );
  }

  /** Shows a number at the view's icon; undefined removes it. */
  setBadge(badge: vscode.ViewBadge | undefined): void {
    this.#view.badge = badge;
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    return node === undefined ? this.#roots() : [...(node.children ?? [])];
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    return toTreeItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: RunNode): vscode.TreeItem {
    return withTooltip(item, node);
  }

  dispose(): void {
    clearTimeout(this.#progressTimer ?? undefined);
    this.#subscriptions.dispose();
  }

  async #roots(): Promise<RunNode[]> {
    const context = { numbers: this.#numbers, times: this.#times, now: this.#clock.now() };
    const running = this.#controller.running;
    this.#running = running === null ? null : runningNode(running, context);
    const live = this.#running === null ? [] : [this.#running];
    try {
      const list = await this.#history.list();
      this.#view.message = coverageText(list.coverage, context);
      return [...live, ...storedNodes(list, running !== null, context)];
    } catch (error) {
      this.#log.error(`The list of exports cannot be read: ${errorText(error)}`);
      this.#view.message = '';
      return [...live, errorNode(errorText(error))];
    }
  }

  /** A start or an end changes the rows; progress changes one row, and not too often. */
  #followProgress(): void {
    const started = this.#controller.running !== null;
    if (started !== (this.#running !== null)) {
      this.#changed.fire(undefined);
      return;
    }
    this.#progressTimer ??= setTimeout(() => {
      this.#progressTimer = null;
      this.#changed.fire(undefined);
    }, progressMilliseconds);
  }
}

function storedNodes({ runs, more }: RunList, running: boolean, context: NodeContext): readonly RunNode[] {
  // One export of a project runs at a time: what the database calls running is the one that is shown live.
  const stored = running ? runs.filter(({ status }) => status !== 'running') : runs;
  const nodes = stored.map((run) => runNode(run, context));
  return more ? [...nodes, loadMoreNode()] : nodes;
}
