import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit-html';
import type { PromptComparison, PromptDrift, PromptTrendAnswer } from '../../src/protocol/analytics.ts';
import type { Rate } from '../../src/protocol/figures.ts';
import type { Numbers } from '../../src/format/numbers.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import { sparkline } from '../shared/sparkline.ts';
import type { Column } from '../shared/table.ts';
import { isFew, type Variant } from './pair.ts';
import { versionCell } from './successTable.ts';

const size = { width: 240, height: 22 };
/** How one version did over time. */
export interface HistoryRow {
  readonly variant: Variant;
  /** Success rates, one a bucket from the first bucket with runs of any version to the last. */
  readonly rates: readonly (number | null)[];
  readonly drift: PromptDrift | null;
}

export function historyRows(
  { variants }: PromptComparison,
  trend: PromptTrendAnswer | null,
  drifts: readonly PromptDrift[] | null,
): readonly HistoryRow[] {
  const buckets = trend === null ? [] : bucketsWithRuns(trend);
  return variants
    .filter(({ executions }) => executions > 0)
    .toSorted((a, b) => (a.version ?? -1) - (b.version ?? -1))
    .map((variant) => {
      const points = new Map(
        trend?.versions
          .find(({ version }) => version === variant.version)
          ?.points.map(({ start, successRate }) => [start, successRate.value]),
      );
      return {
        variant,
        rates: buckets.map((start) => points.get(start) ?? null),
        drift: drifts?.find(({ version }) => version === variant.version) ?? null,
      };
    });
}

function bucketsWithRuns({ buckets, versions }: PromptTrendAnswer): readonly string[] {
  const used = new Set(versions.flatMap(({ points }) => points.map(({ start }) => start)));
  const first = buckets.findIndex((start) => used.has(start));
  const last = buckets.findLastIndex((start) => used.has(start));
  return first < 0 ? [] : buckets.slice(first, last + 1);
}

export function historyColumns({ numbers }: Writing): readonly Column<HistoryRow>[] {
  const week = (id: 'first' | 'last', title: string): Column<HistoryRow> => ({
    id,
    title,
    number: true,
    cell: ({ drift }) => rateCell(drift?.[id]?.successRate ?? null, numbers),
    value: ({ drift }) => drift?.[id]?.successRate.value ?? null,
    tooltip: ({ drift }) => {
      const rate = drift?.[id]?.successRate;
      return rate?.low == null || rate.high === null
        ? null
        : l10n.t(
            '{0} of {1}, 95 % CI {2} to {3}',
            numbers.count(rate.count),
            numbers.count(rate.n),
            numbers.share(rate.low),
            numbers.share(rate.high),
          );
    },
  });
  return [
    {
      id: 'version',
      title: l10n.t('Version'),
      cell: ({ variant }) => versionCell(variant),
      value: ({ variant }) => variant.name,
    },
    {
      id: 'trend',
      title: l10n.t('Success rate over time'),
      unsorted: true,
      picture: true,
      cell: ({ variant, rates }) => (isFew(variant) ? none(l10n.t('too few')) : trendCell(rates, numbers)),
      value: () => null,
    },
    week('first', l10n.t('First week')),
    week('last', l10n.t('Last week')),
    {
      id: 'drift',
      title: l10n.t('In words'),
      className: 'in-words',
      cell: ({ drift }) => driftCell(drift),
      value: ({ drift }) => drift?.verdict ?? null,
      tooltip: ({ drift }) => drift?.verdict ?? null,
    },
  ];
}

/** A line, and between which rates it runs. */
function trendCell(rates: readonly (number | null)[], numbers: Numbers): unknown {
  const known = rates.filter((rate) => rate !== null);
  if (known.length < 2) {
    return none(known.length === 0 ? l10n.t('none') : l10n.t('too short'));
  }
  const from = numbers.wholeShare(Math.min(...known));
  const to = numbers.wholeShare(Math.max(...known));
  return html`<span class="trend"
    >${sparkline(rates, size)}<span class="quiet">${l10n.t('{0} to {1}', from, to)}</span></span
  >`;
}

function rateCell(rate: Rate | null, numbers: Numbers): unknown {
  if (rate?.value == null) {
    return none();
  }
  return isFew({ successRate: rate })
    ? l10n.t('{0} of {1}', numbers.count(rate.count), numbers.count(rate.n))
    : html`${numbers.share(rate.value)} <span class="quiet wide-only">n ${numbers.count(rate.n)}</span>`;
}

function driftCell(drift: PromptDrift | null): unknown {
  if (drift === null) {
    return nothing;
  }
  const { difference, pValue } = drift;
  const worse = difference !== null && difference.high < 0 && pValue !== null && pValue < 0.05;
  if (difference === null) {
    return none(drift.verdict);
  }
  return worse ? html`<span class="bad">${drift.verdict}</span>` : drift.verdict;
}
