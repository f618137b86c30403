import * as l10n from '@vscode/l10n';
import { nothing } from 'lit-html';
import type { Measure, VersionComparison } from '../../src/protocol/analytics.ts';
import type { Numbers } from '../../src/format/numbers.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import type { Column } from '../shared/table.ts';
import type { Variant } from './pair.ts';
import { scaleHead, scaleOf, withZero } from './scale.ts';
import { differenceBar } from './successTable.ts';
import { pText } from './words.ts';

const width = 120;
/** Changes beyond are drawn at the edge; their numbers say what they are. */
const mostChange = 2;

/** One measure of both versions, with what it changed by. */
export interface ShiftRow {
  readonly measure: Measure | 'quality';
  readonly a: number | null;
  readonly b: number | null;
  /** In shares of `a`; null where that is not known. */
  readonly change: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly inWords: string;
  readonly nA: number;
  readonly nB: number;
  readonly adjustedPValue: number | null;
}

/** Medians and what they shifted by, and the mean of the quality scores where there are some. */
export function shiftRows(
  { shifts, qualityDifference }: VersionComparison,
  a: Variant,
  b: Variant,
): readonly ShiftRow[] {
  const order: readonly Measure[] = ['costUsd', 'inputTokens', 'outputTokens', 'latencySeconds'];
  const rows = order.flatMap((measure): ShiftRow[] => {
    const shift = shifts.find((one) => one.measure === measure);
    if (shift === undefined) {
      return [];
    }
    const { medianA, medianB, inWords, nA, nB, adjustedPValue } = shift;
    return [{ measure, a: medianA, b: medianB, change: relative(shift, medianA), inWords, nA, nB, adjustedPValue }];
  });
  if (a.quality.value === null && b.quality.value === null) {
    return rows;
  }
  const quality: ShiftRow = {
    measure: 'quality',
    a: a.quality.value,
    b: b.quality.value,
    change:
      qualityDifference === null
        ? null
        : relative({ ...qualityDifference, shift: qualityDifference.value }, a.quality.value),
    inWords: qualityWords(qualityDifference),
    nA: a.quality.n,
    nB: b.quality.n,
    adjustedPValue: null,
  };
  return [quality, ...rows];
}

function relative(
  { shift, low, high }: { readonly shift: number | null; readonly low: number | null; readonly high: number | null },
  base: number | null,
): ShiftRow['change'] {
  return shift === null || low === null || high === null || base === null || base <= 0
    ? null
    : { value: shift / base, low: low / base, high: high / base };
}

function qualityWords(difference: VersionComparison['qualityDifference']): string {
  if (difference === null) {
    return l10n.t('too few');
  }
  if (difference.low > 0) {
    return l10n.t('higher');
  }
  return difference.high < 0 ? l10n.t('lower') : l10n.t('no clear change');
}

export function shiftColumns(
  rows: readonly ShiftRow[],
  [nameA, nameB]: readonly [a: string, b: string],
  { numbers }: Writing,
): readonly Column<ShiftRow>[] {
  const changes = rows.map(({ change }) => change).filter((change) => change !== null);
  const scale = scaleOf(withZero(changes.flatMap(({ low, high }) => [low, high])), {
    steps: [0.05, 0.1, 0.2, 0.5, 1],
    least: -1,
    most: mostChange,
    width,
    mostTicks: 4,
  });
  return [
    {
      id: 'measure',
      title: l10n.t('Measure'),
      cell: ({ measure }) => measureName(measure),
      value: ({ measure }) => measureName(measure),
      tooltip: ({ nA, nB }) => l10n.t('n = {0} and {1}', numbers.count(nA), numbers.count(nB)),
    },
    {
      id: 'a',
      title: nameA,
      number: true,
      className: 'quiet',
      cell: ({ measure, a }) => (a === null ? none() : amount(measure, a, numbers)),
      value: ({ a }) => a,
    },
    {
      id: 'b',
      title: nameB,
      number: true,
      cell: ({ measure, b }) => (b === null ? none() : amount(measure, b, numbers)),
      value: ({ b }) => b,
    },
    {
      id: 'change',
      title: l10n.t('Change'),
      number: true,
      cell: ({ change }) => (change === null ? none('–') : signedPercent(change.value, numbers)),
      value: ({ change }) => change?.value ?? null,
      tooltip: ({ change, adjustedPValue }) =>
        change === null
          ? null
          : [
              l10n.t('95 % CI {0} to {1}', signedPercent(change.low, numbers), signedPercent(change.high, numbers)),
              adjustedPValue === null ? '' : l10n.t('Mann-Whitney {0}, adjusted', pText(adjustedPValue, numbers)),
            ]
              .filter((text) => text !== '')
              .join(', '),
    },
    {
      id: 'interval',
      title: l10n.t('Change in percent of {0}, with its 95 % interval', nameA),
      head: scaleHead(scale, (tick, isLast) =>
        isLast ? signedPercent(tick, numbers) : signedPercent(tick, numbers).replace(/\s*%$/u, ''),
      ),
      unsorted: true,
      picture: true,
      className: 'wide-only',
      cell: ({ change }) => (change === null ? nothing : differenceBar(change, scale)),
      value: () => null,
    },
    {
      id: 'words',
      title: l10n.t('In words'),
      className: 'in-words',
      cell: ({ inWords, change }) => (change !== null && (change.low > 0 || change.high < 0) ? inWords : none(inWords)),
      value: ({ inWords }) => inWords,
    },
  ];
}

function measureName(measure: ShiftRow['measure']): string {
  switch (measure) {
    case 'quality':
      return l10n.t('Quality, mean');
    case 'costUsd':
      return l10n.t('Cost per run');
    case 'inputTokens':
      return l10n.t('Input tokens');
    case 'outputTokens':
      return l10n.t('Output tokens');
    case 'latencySeconds':
      return l10n.t('Latency p50');
  }
}

function amount(measure: ShiftRow['measure'], value: number, numbers: Numbers): string {
  switch (measure) {
    case 'quality':
      return numbers.decimal(value);
    case 'costUsd':
      return numbers.money(value);
    case 'inputTokens':
    case 'outputTokens':
      return numbers.count(value);
    case 'latencySeconds':
      return numbers.duration(value);
  }
}

/** `+16 %`; one decimal below one percent. */
function signedPercent(share: number, numbers: Numbers): string {
  const percent = share * 100;
  const digits = Math.abs(percent) < 0.95 && Math.abs(percent) >= 0.05 ? 1 : 0;
  const text = numbers.decimal(percent, digits);
  return `${percent > 0 && text !== numbers.decimal(0, digits) ? '+' : ''}${text}\u202f%`;
}
