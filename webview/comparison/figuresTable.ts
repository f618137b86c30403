import * as l10n from '@vscode/l10n';
import { html } from 'lit-html';
import type { Mean } from '../../src/protocol/figures.ts';
import type { Numbers } from '../../src/format/numbers.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import type { Column } from '../shared/table.ts';
import type { Variant } from './pair.ts';
import { versionCell } from './successTable.ts';

/** What each version's runs were like, beside their success. */
export function figureColumns(
  variants: readonly Variant[],
  { numbers, times, now }: Writing,
): readonly Column<Variant>[] {
  const perRun = numbers.moneyColumn(variants.map(({ costPerExecutionUsd }) => costPerExecutionUsd));
  const tokens = (id: 'inputTokens' | 'outputTokens', title: string): Column<Variant> => ({
    id,
    title,
    number: true,
    cell: ({ [id]: value }) => (value === null ? none() : numbers.tokens(value)),
    value: ({ [id]: value }) => value,
    tooltip: ({ [id]: value }) => (value === null ? null : numbers.count(value)),
  });
  const latency = (id: 'p50' | 'p95'): Column<Variant> => ({
    id,
    title: id,
    number: true,
    cell: ({ latency: percentiles }) => (percentiles === null ? none() : numbers.duration(percentiles[id])),
    value: ({ latency: percentiles }) => percentiles?.[id] ?? null,
    tooltip: ({ latency: percentiles }) => (percentiles === null ? null : `n ${numbers.count(percentiles.n)}`),
  });
  return [
    { id: 'version', title: l10n.t('Version'), cell: versionCell, value: ({ name }) => name },
    meanColumn('quality', l10n.t('Quality, mean'), numbers),
    meanColumn('userFeedback', l10n.t('User feedback, mean'), numbers),
    latency('p50'),
    latency('p95'),
    tokens('inputTokens', l10n.t('Input tokens')),
    tokens('outputTokens', l10n.t('Output tokens')),
    {
      id: 'costPerRun',
      title: l10n.t('Cost / run'),
      number: true,
      cell: ({ costPerExecutionUsd }) =>
        costPerExecutionUsd === null ? none(l10n.t('no price')) : perRun(costPerExecutionUsd),
      value: ({ costPerExecutionUsd }) => costPerExecutionUsd,
    },
    {
      id: 'cost',
      title: l10n.t('Cost'),
      number: true,
      cell: ({ costUsd }) => (costUsd === null ? none(l10n.t('no price')) : numbers.money(costUsd)),
      value: ({ costUsd }) => costUsd,
      tooltip: ({ executionsWithoutCost }) =>
        executionsWithoutCost === 0 ? null : l10n.t('{0} runs without price', numbers.count(executionsWithoutCost)),
    },
    {
      id: 'last',
      title: l10n.t('Last run'),
      number: true,
      className: 'wide-only',
      cell: ({ lastExecutedAt }) => (lastExecutedAt === null ? none() : times.moment(lastExecutedAt, now())),
      value: ({ lastExecutedAt }) => lastExecutedAt,
      tooltip: ({ lastExecutedAt }) => (lastExecutedAt === null ? null : times.iso(lastExecutedAt)),
    },
  ];
}

/** `0.82`, with how sure it is and of how many in second-level text. */
function meanColumn(id: 'quality' | 'userFeedback', title: string, numbers: Numbers): Column<Variant> {
  const exact = ({ value, low, high, n }: Mean): unknown => {
    if (value === null) {
      return none();
    }
    const sure =
      low === null || high === null
        ? `n ${numbers.count(n)}`
        : l10n.t('{0} to {1}, n {2}', numbers.decimal(low), numbers.decimal(high), numbers.count(n));
    return html`${numbers.decimal(value)} <span class="quiet wide-only">${sure}</span>`;
  };
  return {
    id,
    title,
    number: true,
    cell: ({ [id]: mean }) => exact(mean),
    value: ({ [id]: mean }) => mean.value,
    tooltip: ({ [id]: { low, high, n } }) =>
      low === null || high === null
        ? null
        : l10n.t('95 % CI {0} to {1}, n {2}', numbers.decimal(low), numbers.decimal(high), numbers.count(n)),
  };
}
