import * as vscode from 'vscode';
import { drawnTexts, type TreeNode } from './treeNode.ts';

/** A row as the editor wants it; its tooltip comes later. */
export function toTreeItem(node: TreeNode): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const folded = node.open === true ? Expanded : Collapsed;
  const { label, description } = drawnTexts(node);
  const item = new vscode.TreeItem(label, node.children === undefined ? None : folded);
  item.id = node.id;
  item.description = description;
  if (node.icon !== undefined) {
    const color = node.icon.color === undefined ? undefined : new vscode.ThemeColor(node.icon.color);
    item.iconPath = new vscode.ThemeIcon(node.icon.name, color);
  }
  if (node.context !== undefined) {
    item.contextValue = node.context;
  }
  if (node.spoken !== undefined) {
    item.accessibilityInformation = { label: node.spoken };
  }
  if (node.command !== undefined) {
    const { id, argument } = node.command;
    item.command = { command: id, title: node.label, ...(argument === undefined ? {} : { arguments: [argument] }) };
  }
  return item;
}

/** Adds the tooltip, which VS Code asks for when the pointer rests on a row. */
export function withTooltip(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
  if (node.tooltip !== undefined) {
    const tooltip = new vscode.MarkdownString();
    for (const line of node.tooltip) {
      // As text: ids and messages come from outside and may look like Markdown.
      tooltip.appendText(line).appendMarkdown('\n\n');
    }
    item.tooltip = tooltip;
  }
  return item;
}
