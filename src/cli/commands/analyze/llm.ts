import * as l10n from '@vscode/l10n';
import { Option, type Command } from 'commander';
import type { FallbacksAnswer, ModelsAnswer, UsageAnswer } from '../../../protocol/analytics.ts';
import type { TimeBucket } from '../../../protocol/scope.ts';
import type { ReportColumn } from '../../formatTable.ts';
import type { Cells } from '../../report/cells.ts';
import type { ReportFlags } from '../../report/period.ts';
import type { Report, ReportTable } from '../../report/report.ts';
import type { ReportSource } from './analyze.ts';

/** The commonest; --json has all. */
const shownChains = 10;
const buckets = ['hour', 'day', 'week'] as const satisfies readonly TimeBucket[];

export interface LlmFlags extends ReportFlags {
  readonly compare?: true;
  readonly over?: TimeBucket;
}

/** Declares what `analyze llm` can be told beside the period. */
export function withLlmOptions(command: Command): Command {
  return command
    .option('--compare', l10n.t('beside the period of the same length before'))
    .addOption(new Option('--over <bucket>', l10n.t('also over time, in local hours, days or weeks')).choices(buckets));
}

/** What each model did and cost, the fallbacks between models, and both over time. */
export async function llmReport({ engine, scope, cells, signal }: ReportSource, flags: LlmFlags): Promise<Report> {
  const { over } = flags;
  const compared = flags.compare ?? false;
  const models = await engine.ask('models', { scope, comparePrevious: compared }, signal);
  const fallbacks = await engine.ask('fallbacks', { scope }, signal);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const usage =
    over === undefined ? null : await engine.ask('usage', { scope, by: null, bucket: over, timeZone }, signal);
  return {
    document: {
      ...models,
      fallbackChains: fallbacks.chains,
      fallbackStorms: fallbacks.storms,
      ...(usage === null ? {} : { overTime: usage }),
    },
    records: usage === null ? models.models : usage.series.flatMap(({ points }) => points),
    tables: [
      modelsTable(models, cells, compared),
      ...(usage === null ? [] : [overTimeTable(usage, cells)]),
      ...(fallbacks.chains.length === 0 ? [] : [chainsTable(fallbacks, cells)]),
    ],
    notes: [...totalNotes(models, cells), ...stormNotes(fallbacks, cells)],
  };
}

function modelsTable(answer: ModelsAnswer, cells: Cells, compared: boolean): ReportTable {
  const columns: readonly ReportColumn[] = [
    { title: l10n.t('Model'), align: 'left' },
    { title: l10n.t('Provider'), align: 'left' },
    { title: l10n.t('Calls'), align: 'right' },
    { title: l10n.t('Tokens'), align: 'right' },
    { title: l10n.t('Cost'), align: 'right' },
    ...(compared ? [{ title: l10n.t('Before'), align: 'right' } as const] : []),
    { title: l10n.t('Cost / 1,000 calls'), align: 'right' },
    { title: l10n.t('p50'), align: 'right' },
    { title: l10n.t('p95'), align: 'right' },
    { title: l10n.t('First token p50'), align: 'right' },
    { title: l10n.t('Errors'), align: 'right' },
    { title: l10n.t('Fallbacks'), align: 'right' },
    { title: l10n.t('Quality'), align: 'right' },
  ];
  const rows = answer.models.map((model) => [
    model.model ?? l10n.t('unknown'),
    model.provider ?? l10n.t('unknown'),
    cells.count(model.calls),
    cells.tokens(model.totalTokens),
    cells.money(model.costUsd),
    ...(compared ? [model.previous === null ? '–' : cells.money(model.previous.costUsd)] : []),
    cells.money(model.costPer1000CallsUsd),
    cells.duration(model.latency?.p50),
    cells.duration(model.latency?.p95),
    cells.duration(model.timeToFirstToken?.p50),
    cells.rate(model.errorRate),
    cells.rate(model.fallbackRate),
    cells.mean(model.quality),
  ]);
  return { heading: '', columns, rows, empty: l10n.t('No calls in this period.') };
}

function overTimeTable(usage: UsageAnswer, cells: Cells): ReportTable {
  return {
    heading: l10n.t('Over time'),
    columns: [
      { title: l10n.t('From'), align: 'left' },
      { title: l10n.t('Calls'), align: 'right' },
      { title: l10n.t('Tokens'), align: 'right' },
      { title: l10n.t('Cost'), align: 'right' },
      { title: l10n.t('p95'), align: 'right' },
      { title: l10n.t('Errors'), align: 'right' },
      { title: l10n.t('Fallbacks'), align: 'right' },
    ],
    rows: usage.series.flatMap(({ points }) =>
      points.map((point) => [
        cells.time(point.start, usage.bucket),
        cells.count(point.calls),
        cells.tokens(point.totalTokens),
        cells.money(point.costUsd),
        cells.duration(point.latency?.p95),
        cells.count(point.errors),
        cells.count(point.fallbacks),
      ]),
    ),
    empty: l10n.t('No calls in this period.'),
  };
}

function chainsTable({ chains }: FallbacksAnswer, cells: Cells): ReportTable {
  return {
    heading: l10n.t('Fallbacks'),
    columns: [
      { title: l10n.t('From'), align: 'left' },
      { title: l10n.t('To'), align: 'left' },
      { title: l10n.t('Fallbacks'), align: 'right' },
      { title: l10n.t('Reasons'), align: 'left' },
    ],
    rows: chains
      .slice(0, shownChains)
      .map(({ original, fallback, count, reasons }) => [
        original,
        fallback,
        cells.count(count),
        reasons.map(({ reason, count: times }) => `${cells.count(times)} × ${reason ?? l10n.t('unknown')}`).join(', '),
      ]),
    empty: '',
  };
}

function totalNotes({ models, total }: ModelsAnswer, cells: Cells): readonly string[] {
  if (models.length === 0) {
    return [];
  }
  const priced =
    total.callsWithoutCost === 0 ? '' : l10n.t(', {0} calls without price', cells.count(total.callsWithoutCost));
  return [
    l10n.t(
      '{0} calls, {1} tokens, {2}{3}',
      cells.count(total.calls),
      cells.tokens(total.totalTokens),
      cells.money(total.costUsd),
      priced,
    ),
  ];
}

function stormNotes({ storms }: FallbacksAnswer, cells: Cells): readonly string[] {
  return storms.map(({ start, rate }) =>
    l10n.t(
      '{0}: {1} of calls were served by another model than the first choice.',
      cells.time(start, 'hour'),
      cells.rate(rate),
    ),
  );
}
