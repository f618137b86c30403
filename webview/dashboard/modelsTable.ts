import * as l10n from '@vscode/l10n';
import { html } from 'lit-html';
import type { ModelsAnswer, UsageAnswer } from '../../src/protocol/analytics.ts';
import type { Percentiles, Rate } from '../../src/protocol/figures.ts';
import type { Writing } from '../shared/panel.ts';
import { sparkline } from '../shared/sparkline.ts';
import { unpricedText } from '../shared/unpriced.ts';
import type { Column } from '../shared/table.ts';
import { none } from '../shared/cells.ts';
import { seriesColour } from './stackChart.ts';

type Model = ModelsAnswer['models'][number];

/** A rate is marked when even the lower end of its interval is above this. */
const highRate = 0.05;
const shareWidth = 96;

export interface ModelsInput {
  readonly models: ModelsAnswer;
  readonly byModel: UsageAnswer | null;
  readonly colours: Readonly<Record<string, number>>;
  readonly writing: Writing;
}

export function modelColumns({ models, byModel, colours, writing }: ModelsInput): readonly Column<Model>[] {
  const { numbers } = writing;
  const money = numbers.moneyColumn(models.models.map(({ costUsd }) => costUsd));
  const perThousand = numbers.moneyColumn(models.models.map(costPerThousand));
  const whole = models.total.costUsd;
  const share = ({ costUsd }: Model): number | null =>
    costUsd === null || whole === null || whole === 0 ? null : costUsd / whole;
  const percentile = (pick: 'p50' | 'p95'): Column<Model> => ({
    id: pick,
    title: pick,
    number: true,
    cell: ({ latency }) => (latency === null ? none() : numbers.duration(latency[pick])),
    value: ({ latency }) => latency?.[pick] ?? null,
    tooltip: ({ latency }) => (latency === null ? null : latencyTooltip(latency, writing)),
  });
  return [
    {
      id: 'model',
      title: l10n.t('Model'),
      cell: ({ model }) =>
        html`<span class=${`swatch ${swatch(model, byModel, colours)}`}></span>${model ?? l10n.t('no model')}`,
      value: ({ model }) => model,
      tooltip: ({ provider, model }) => [provider, model].filter((name) => name !== null).join(' '),
    },
    {
      id: 'calls',
      title: l10n.t('Calls'),
      number: true,
      cell: ({ calls }) => numbers.count(calls),
      value: ({ calls }) => calls,
    },
    {
      id: 'tokens',
      title: l10n.t('Tokens'),
      number: true,
      cell: ({ totalTokens }) => (totalTokens === null ? none() : numbers.tokens(totalTokens)),
      value: ({ totalTokens }) => totalTokens,
      tooltip: ({ totalTokens }) => (totalTokens === null ? null : numbers.count(totalTokens)),
    },
    {
      id: 'cost',
      title: l10n.t('Cost'),
      number: true,
      cell: ({ costUsd }) => (costUsd === null ? none(l10n.t('no price')) : money(costUsd)),
      value: ({ costUsd }) => costUsd,
      tooltip: ({ costUsd, callsWithoutCost }) =>
        [costUsd === null ? null : `$${costUsd}`, unpricedText(callsWithoutCost, numbers)]
          .filter((line) => line !== null)
          .join('\n') || null,
    },
    {
      id: 'share',
      title: l10n.t('Share of cost'),
      className: 'wide-only',
      cell: (row) =>
        html`<span class="share" .style=${`width:${Math.round((share(row) ?? 0) * shareWidth)}px`}></span>`,
      value: share,
      tooltip: (row) => (share(row) === null ? null : numbers.share(share(row) ?? 0)),
    },
    {
      id: 'perThousand',
      title: l10n.t('Cost / 1,000 successes'),
      number: true,
      cell: (row) => {
        const cost = costPerThousand(row);
        return cost === null ? none() : perThousand(cost);
      },
      value: costPerThousand,
    },
    percentile('p50'),
    percentile('p95'),
    rateColumn('errors', l10n.t('Errors'), ({ errorRate }) => errorRate, 'bad', writing),
    rateColumn('fallbacks', l10n.t('Fallbacks'), ({ fallbackRate }) => fallbackRate, 'warn', writing),
    {
      id: 'trend',
      title: l10n.t('Calls over time'),
      number: true,
      className: 'wide-only',
      unsorted: true,
      picture: true,
      cell: ({ model }) => sparkline(callsOverTime(model, byModel), { width: 84, height: 16 }),
      value: () => null,
    },
  ];
}

export function modelKey({ provider, model }: Model): string {
  return JSON.stringify([provider, model]);
}

function rateColumn(
  id: string,
  title: string,
  rateOf: (row: Model) => Rate,
  mark: 'bad' | 'warn',
  { numbers }: Writing,
): Column<Model> {
  return {
    id,
    title,
    number: true,
    cell: (row) => {
      const { value, low } = rateOf(row);
      if (value === null || value === 0) {
        return none();
      }
      return html`<span class=${(low ?? 0) >= highRate ? mark : ''}>${numbers.share(value)}</span>`;
    },
    value: (row) => rateOf(row).value,
    tooltip: (row) => {
      const { count, n, low, high } = rateOf(row);
      return low === null || high === null
        ? null
        : l10n.t(
            '{0} of {1}, 95 % CI {2} to {3}',
            numbers.count(count),
            numbers.count(n),
            numbers.share(low),
            numbers.share(high),
          );
    },
  };
}

function latencyTooltip({ p50, p90, p95, p99, n }: Percentiles, { numbers }: Writing): string {
  const figures = { p50, p90, p95, p99 };
  const said = Object.entries(figures).map(([name, value]) => `${name} ${numbers.duration(value)}`);
  return [...said, `n ${numbers.count(n)}`].join(' · ');
}

function costPerThousand({ costPerSuccessfulCallUsd }: Model): number | null {
  return costPerSuccessfulCallUsd === null ? null : costPerSuccessfulCallUsd * 1000;
}

/** As in the chart: models beyond the five by name are neutral there too. */
function swatch(model: string | null, byModel: UsageAnswer | null, colours: Readonly<Record<string, number>>): string {
  return model === null || byModel === null || !Object.hasOwn(colours, model)
    ? 'series-rest'
    : seriesColour(colours[model]);
}

function callsOverTime(model: string | null, byModel: UsageAnswer | null): readonly (number | null)[] {
  const points = byModel?.series.find(({ key }) => key === model)?.points ?? [];
  const calls = new Map(points.map((point) => [point.start, point.calls]));
  return byModel?.buckets.map((start) => calls.get(start) ?? 0) ?? [];
}
