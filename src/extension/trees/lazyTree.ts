import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Log } from '../../engine/ports.ts';
import { commandIds } from '../commands/commandIds.ts';
import { errorText } from '../messages/messages.ts';
import { toTreeItem, withTooltip } from './treeItems.ts';
import { attention, type TreeNode } from './treeNode.ts';

export interface LazyTreeOptions {
  readonly viewId: string;
  /** The first level; asked when the view is shown and after each refresh. */
  readonly roots: () => Promise<readonly TreeNode[]>;
  readonly log: Log;
  readonly showCollapseAll?: boolean;
  /** Several rows can be selected; commands are given all of them. */
  readonly selectMany?: boolean;
}

/** A view whose rows are read when they are unfolded. What cannot be read says so in place. */
export class LazyTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #roots: LazyTreeOptions['roots'];
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly #view: vscode.TreeView<TreeNode>;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ viewId, roots, log, showCollapseAll = true, selectMany = false }: LazyTreeOptions) {
    this.#roots = roots;
    this.#log = log;
    this.#view = vscode.window.createTreeView(viewId, {
      treeDataProvider: this,
      showCollapseAll,
      canSelectMany: selectMany,
    });
  }

  /** Reads again what is shown below a row, or everything. */
  refresh(node?: TreeNode): void {
    this.#changed.fire(node);
  }

  /** The line above the rows, and the grey words beside the view's title. */
  describe(message: string, description: string): void {
    this.#view.message = message;
    this.#view.description = description;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return toTreeItem(node);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    try {
      return [...(await this.#read(node))];
    } catch (error) {
      this.#log.error(`${this.#view.title ?? ''} cannot be read: ${errorText(error)}`);
      return [errorNode(`${node?.id ?? this.#view.title}/error`, errorText(error))];
    }
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    return withTooltip(item, node);
  }

  dispose(): void {
    this.#changed.dispose();
    this.#view.dispose();
  }

  async #read(node: TreeNode | undefined): Promise<readonly TreeNode[]> {
    if (node === undefined) {
      return this.#roots();
    }
    return typeof node.children === 'function' ? node.children() : (node.children ?? []);
  }
}

function errorNode(id: string, text: string): TreeNode {
  return {
    id,
    label: text,
    tooltip: [text],
    icon: attention.error,
    spoken: l10n.t('Error: {0}', text),
    command: { id: commandIds.showLog },
  };
}
