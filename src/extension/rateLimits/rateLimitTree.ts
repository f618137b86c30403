import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Clock, Log } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import { commandIds } from '../commands/commandIds.ts';
import type { RemoteLimiter } from '../engine/limiterRpc.ts';
import { errorText } from '../messages/messages.ts';
import { toTreeItem, withTooltip } from '../trees/treeItems.ts';
import { attention, type TreeNode } from '../trees/treeNode.ts';
import { gaugeSvg } from './gauge.ts';
import type { LimiterAccess } from './limiterAccess.ts';
import { rateLimitNodes, type RateLimitSubject } from './rateLimitNodes.ts';

const rateLimitsViewId = 'langfuseMetrics.rateLimits';

/** Countdowns move by the second. */
const refreshMilliseconds = 1000;

export interface RateLimitTreeOptions {
  readonly limiter: Pick<RemoteLimiter, 'status' | 'limits'>;
  readonly access: Pick<LimiterAccess, 'inUse'>;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly clock: Clock;
  readonly log: Log;
}

/** The view "Rate limits": read every second while it is seen and at no other time, drawn when a row has changed. */
export class RateLimitTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #options: RateLimitTreeOptions;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable;
  #timer: NodeJS.Timeout | null = null;
  #roots: readonly TreeNode[] = [];
  /** What `#roots` looks like; null before the first look. */
  #shown: string | null = null;
  #looking: Promise<void> | null = null;
  #failure: string | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(options: RateLimitTreeOptions) {
    this.#options = options;
    this.#view = vscode.window.createTreeView(rateLimitsViewId, { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      this.#view,
      this.#view.onDidChangeVisibility(({ visible }) => this.#follow(visible)),
    );
    this.#follow(this.#view.visible);
  }

  /** Looks now, and not only with the next second. */
  async refresh(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node !== undefined) {
      return typeof node.children === 'function' ? [...(await node.children())] : [...(node.children ?? [])];
    }
    if (this.#shown === null) {
      await this.#look();
    }
    return [...this.#roots];
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
    this.#timer = visible ? setInterval(() => void this.#look(), refreshMilliseconds) : null;
    if (visible) {
      void this.#look();
    }
  }

  /** One look at a time: a database that others keep busy answers later than in a second. */
  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    const roots = await this.#nodes();
    const shown = JSON.stringify(roots);
    if (shown !== this.#shown) {
      this.#roots = roots;
      this.#shown = shown;
      this.#changed.fire(undefined);
    }
  }

  async #nodes(): Promise<readonly TreeNode[]> {
    const { limiter, access, numbers, times, clock } = this.#options;
    try {
      if (!(await access.inUse())) {
        return [];
      }
      const [status, { entries }] = [await limiter.status(), await limiter.limits()];
      this.#failure = null;
      return rateLimitNodes(status, entries, { numbers, times, now: clock.now() });
    } catch (error) {
      return [this.#failed(errorText(error))];
    }
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
      spoken: l10n.t('Error: {0}', text),
      command: { id: commandIds.rateLimitEditLimits },
    };
  }
}
