import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { PromptComparison, VersionComparison } from '../../src/protocol/analytics.ts';
import { none } from '../shared/cells.ts';
import { intervalBar } from '../shared/intervalBar.ts';
import type { Writing } from '../shared/panel.ts';
import type { Column } from '../shared/table.ts';
import { isFew, type Variant } from './pair.ts';
import { scaleHead, scaleOf, withZero, type Scale } from './scale.ts';
import { shortVerdict } from './verdict.ts';
import { intervalInPoints, pText, signedPoints } from './words.ts';

export const intervalHeight = 30;
const pictures = {
  wide: { rate: 270, difference: 230, mostTicks: 6 },
  narrow: { rate: 180, difference: 150, mostTicks: 4 },
} as const;

/** A version with what it is against the baseline; null: it is the baseline. */
export interface SuccessRow {
  readonly variant: Variant;
  readonly comparison: VersionComparison | null;
}

/** The versions in their own order, oldest first, the baseline among them. */
export function successRows({ variants, baseline, comparisons }: PromptComparison): readonly SuccessRow[] {
  return variants
    .toSorted((a, b) => (a.version ?? -1) - (b.version ?? -1))
    .map((variant) => ({
      variant,
      comparison: comparisons.find(({ a, b }) => a === baseline && b === variant.name) ?? null,
    }));
}

export function successColumns(
  rows: readonly SuccessRow[],
  baseline: Variant,
  { numbers }: Writing,
  narrow: boolean,
): readonly Column<SuccessRow>[] {
  const { rate, difference, mostTicks } = pictures[narrow ? 'narrow' : 'wide'];
  const rates = scaleOf(
    rows.flatMap(({ variant }) => (isFew(variant) ? [] : ends(variant.successRate))),
    { steps: [0.02, 0.05, 0.1, 0.2], least: 0, most: 1, width: rate, mostTicks },
  );
  const differences = scaleOf(withZero(rows.flatMap(({ comparison }) => ends(comparison?.difference ?? null))), {
    steps: [0.02, 0.05, 0.1, 0.2, 0.5],
    least: -1,
    most: 1,
    width: difference,
    mostTicks,
  });
  return [
    {
      id: 'version',
      title: l10n.t('Version'),
      cell: ({ variant }) => versionCell(variant),
      value: ({ variant }) => variant.name,
      tooltip: ({ variant }) => [variant.name, ...variant.labels].join(', '),
    },
    {
      id: 'runs',
      title: l10n.t('Runs'),
      number: true,
      cell: ({ variant }) => numbers.count(variant.executions),
      value: ({ variant }) => variant.executions,
    },
    {
      id: 'scored',
      title: l10n.t('Scored'),
      number: true,
      className: 'wide-only',
      cell: ({ variant }) => (variant.successRate.n === 0 ? none() : numbers.count(variant.successRate.n)),
      value: ({ variant }) => variant.successRate.n,
      tooltip: ({ variant }) => variant.successSources.join(', ') || null,
    },
    {
      id: 'success',
      title: l10n.t('Success'),
      number: true,
      cell: ({ variant }) => successText(variant, { numbers }),
      value: ({ variant }) => variant.successRate.value,
      tooltip: ({ variant }) => intervalText(variant, { numbers }),
    },
    {
      id: 'interval',
      title: l10n.t('Success rate with its 95 % interval'),
      head: scaleHead(rates, (tick, isLast) => (isLast ? numbers.wholeShare(tick) : numbers.count(tick * 100))),
      unsorted: true,
      picture: true,
      cell: ({ variant }) => rateBar(variant, baseline, rates),
      value: () => null,
    },
    {
      id: 'points',
      title: l10n.t('Points'),
      number: true,
      cell: ({ comparison }) =>
        comparison?.difference == null ? none('–') : signedPoints(comparison.difference.value, numbers),
      value: ({ comparison }) => comparison?.difference?.value ?? null,
      tooltip: ({ comparison }) =>
        comparison?.difference == null ? null : intervalInPoints(comparison.difference, numbers),
    },
    {
      id: 'difference',
      title: l10n.t('Difference from {0} in points, with its 95 % interval', baseline.name),
      head: scaleHead(
        differences,
        (tick, isLast) => `${signedPoints(tick, numbers)}${isLast ? `\u202f${l10n.t('pt')}` : ''}`,
      ),
      unsorted: true,
      picture: true,
      cell: ({ comparison }) =>
        comparison?.difference == null ? nothing : differenceBar(comparison.difference, differences),
      value: () => null,
    },
    {
      id: 'p',
      title: l10n.t('p, adjusted'),
      number: true,
      className: 'wide-only',
      cell: ({ comparison }) =>
        comparison?.adjustedPValue == null ? nothing : pText(comparison.adjustedPValue, numbers).replace(/^p =? ?/, ''),
      value: ({ comparison }) => comparison?.adjustedPValue ?? null,
    },
    {
      id: 'verdict',
      title: l10n.t('Verdict'),
      className: 'in-words',
      cell: ({ comparison }) => verdictCell(comparison),
      value: ({ comparison }) => comparison?.verdict ?? null,
      tooltip: ({ comparison }) => comparison?.verdict ?? null,
    },
  ];
}

export function versionCell({ name, labels }: Variant): TemplateResult {
  return html`<b>${name}</b>${labels.map((label) => html` <span class="chip label">${label}</span>`)}`;
}

/** `90.0 %`; `14 of 17` where a percentage would claim too much. */
export function successText(variant: Variant, { numbers }: Pick<Writing, 'numbers'>): unknown {
  const { value, count, n } = variant.successRate;
  if (value === null) {
    return none();
  }
  return isFew(variant) ? l10n.t('{0} of {1}', numbers.count(count), numbers.count(n)) : numbers.share(value);
}

function intervalText({ successRate }: Variant, { numbers }: Pick<Writing, 'numbers'>): string | null {
  const { count, n, low, high } = successRate;
  return low === null || high === null
    ? null
    : l10n.t(
        '{0} of {1}, 95 % CI {2} to {3}',
        numbers.count(count),
        numbers.count(n),
        numbers.share(low),
        numbers.share(high),
      );
}

function rateBar(variant: Variant, baseline: Variant, scale: Scale): unknown {
  const { value, low, high, n } = variant.successRate;
  if (value === null || low === null || high === null || isFew(variant)) {
    return none(n === 0 ? '' : l10n.t('too few'));
  }
  return intervalBar({
    ...scale,
    value,
    low,
    high,
    baseline: isFew(baseline) ? null : baseline.successRate.value,
    height: intervalHeight,
  });
}

/** Of a difference, or a change, whose baseline is 0. */
export function differenceBar(
  difference: { readonly value: number; readonly low: number; readonly high: number },
  scale: Scale,
): TemplateResult {
  return intervalBar({ ...scale, ...difference, baseline: 0, height: intervalHeight });
}

function verdictCell(comparison: VersionComparison | null): unknown {
  if (comparison === null) {
    return none(l10n.t('baseline'));
  }
  const text = shortVerdict(comparison);
  return comparison.verdictKind === 'worse' ? html`<span class="bad">${text}</span>` : text;
}

function ends(interval: { readonly low: number | null; readonly high: number | null } | null): readonly number[] {
  return [interval?.low ?? null, interval?.high ?? null].filter((value) => value !== null);
}
