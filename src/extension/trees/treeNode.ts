import { isolate } from '../../format/isolate.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { CommandId } from '../commands/commandIds.ts';

/** One row of a tree, without anything of the editor's. */
export interface TreeNode {
  /** Stable over reloads, so that the tree keeps what is expanded and selected. */
  readonly id: string;
  readonly label: string;
  /** At most three figures, joined by " · ". */
  readonly description?: string;
  /** Plain lines. */
  readonly tooltip?: readonly string[];
  readonly icon?: TreeIcon;
  /** A function is asked when the row is unfolded, and never before. */
  readonly children?: readonly TreeNode[] | (() => Promise<readonly TreeNode[]>);
  /** Begins unfolded. */
  readonly open?: boolean;
  /** What a screen reader says instead of label and description, where an icon carries meaning. */
  readonly spoken?: string;
  /** Chooses the row's menu (viewItem in package.json). */
  readonly context?: string;
  readonly command?: { readonly id: CommandId; readonly argument?: unknown };
  /** What commands of the row's menu need to know. */
  readonly subject?: unknown;
}

const between = ' · ';

/** Label and description as they are drawn, one behind the other: a name from right to left leaves the figures where they are. */
export function drawnTexts({ label, description = '' }: Pick<TreeNode, 'label' | 'description'>): {
  readonly label: string;
  readonly description: string;
} {
  return { label: isolate(label), description: description.split(between).map(isolate).join(between) };
}

/** How the texts of rows are written, and when. */
export interface NodeContext {
  readonly numbers: Numbers;
  readonly times: Times;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A codicon; coloured only where attention is asked for. */
export interface TreeIcon {
  readonly name: string;
  readonly color?: 'list.errorForeground' | 'list.warningForeground';
}

export const attention = {
  error: { name: 'error', color: 'list.errorForeground' },
  warning: { name: 'warning', color: 'list.warningForeground' },
  fallback: { name: 'arrow-swap', color: 'list.warningForeground' },
} as const satisfies Record<string, TreeIcon>;
