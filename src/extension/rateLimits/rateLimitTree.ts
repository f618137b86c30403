import * as vscode from 'vscode';
import type { Clock, Log } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { Limiter } from '../../protocol/limiter.ts';
import { errorText } from '../messages/messages.ts';
import { toTreeItem, withTooltip } from '../trees/treeItems.ts';
import { attention, type TreeNode } from '../trees/treeNode.ts';
import { gaugeSvg } from './gauge.ts';
import { rateLimitNodes, type RateLimitSubject } from './rateLimitNodes.ts';

const rateLimitsViewId = 'langfuseMetrics.rateLimits';

/** Countdowns move by the second. */
const refreshMilliseconds = 1000;

export interface RateLimitTreeOptions {
  /** Opens the limiter at the first call; null where nothing has been limited yet. */
  readonly limiter: () => Promise<Limiter | null>;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly clock: Clock;
  readonly log: Log;
}

/** The view "Rate limits", read anew every second while it is seen and at no other time. */
export class RateLimitTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #options: RateLimitTreeOptions;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable;
  #timer: NodeJS.Timeout | null = null;
  #failure: string | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(options: RateLimitTreeOptions) {
    this.#options = options;
    this.#view = vscode.window.createTreeView(rateLimitsViewId, { treeDataProvider: this });
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      this.#view,
      this.#view.onDidChangeVisibility(({ visible }) => this.#follow(visible)),
    );
    this.#follow(this.#view.visible);
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node !== undefined) {
      return typeof node.children === 'function' ? [...(await node.children())] : [...(node.children ?? [])];
    }
    const { limiter, numbers, times, clock } = this.#options;
    try {
      const status = await (await limiter())?.status();
      this.#failure = null;
      return status === undefined ? [] : [...rateLimitNodes(status, { numbers, times, now: clock.now() })];
    } catch (error) {
      return [this.#failed(errorText(error))];
    }
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const item = toTreeItem(node);
    const subject = node.subject as RateLimitSubject | undefined;
    if (subject?.kind === 'window') {
      const icon = (theme: 'dark' | 'light'): vscode.Uri =>
        vscode.Uri.parse(
          `data:image/svg+xml;base64,${Buffer.from(gaugeSvg(subject.share, subject.pressure, theme)).toString('base64')}`,
        );
      item.iconPath = { dark: icon('dark'), light: icon('light') };
    }
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    return withTooltip(item, node);
  }

  dispose(): void {
    this.#follow(false);
    this.#subscriptions.dispose();
  }

  #follow(visible: boolean): void {
    clearInterval(this.#timer ?? undefined);
    this.#timer = visible ? setInterval(() => this.refresh(), refreshMilliseconds) : null;
  }

  /** The same failure is logged once, not every second. */
  #failed(text: string): TreeNode {
    if (this.#failure !== text) {
      this.#failure = text;
      this.#options.log.error(`Rate limits cannot be read: ${text}`);
    }
    return {
      id: 'error',
      label: text,
      tooltip: [text],
      icon: attention.error,
      spoken: vscode.l10n.t('Error: {0}', text),
    };
  }
}
