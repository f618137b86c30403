import * as l10n from '@vscode/l10n';
import type { Writing } from '../shared/panel.ts';
import type { Step, StepTree } from './stepTree.ts';

export function stepName({ name, type }: Pick<Step, 'name' | 'type'>): string {
  return name ?? type.toLowerCase();
}

/** Seconds; null for what has no end. */
export function stepSeconds({ start, end }: Step): number | null {
  return end === null ? null : Math.max(0, end - start) / 1000;
}

/** Failed steps in a step that has not failed itself: all of them while it is folded, else those directly below it. */
export function failuresShown(tree: StepTree, place: number, folded: boolean): number {
  return folded ? tree.failuresInside(place) : tree.failedChildren(place);
}

export function errorsInside(count: number, { numbers }: Writing): string {
  return count === 1 ? l10n.t('1 error inside') : l10n.t('{0} errors inside', numbers.count(count));
}

/** What a row says only by its icons and its bar. */
export function unseenWords(step: Step, { numbers }: Writing): readonly string[] {
  return [
    step.type.toLowerCase(),
    ...(step.failed ? [l10n.t('error')] : []),
    ...(step.fallback ? [l10n.t('fallback')] : []),
    l10n.t('after {0}', numbers.duration(step.start / 1000)),
  ];
}

/** All that a row says, also what does not fit into it. */
export function stepTooltip(step: Step, writing: Writing): string {
  const { numbers } = writing;
  const seconds = stepSeconds(step);
  return [
    [stepName(step), step.model].filter((part) => part !== null).join(' '),
    unseenWords(step, writing).join(', '),
    step.statusMessage,
    [
      seconds === null ? null : numbers.duration(seconds),
      step.tokens === null ? null : l10n.t('{0} tokens', numbers.count(step.tokens)),
      step.costUsd === null ? null : numbers.money(step.costUsd),
    ]
      .filter((part) => part !== null)
      .join(' · '),
  ]
    .filter((line) => line !== null && line !== '')
    .join('\n');
}

/** The first line of a message, for a row. */
export function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)?.[0] ?? '';
}
