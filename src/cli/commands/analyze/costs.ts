import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CostDimension, CostRow, CostsAnswer, RepriceAnswer, SpendAnswer } from '../../../protocol/analytics.ts';
import type { TraceSummary } from '../../../protocol/browse.ts';
import type { ReportColumn } from '../../formatTable.ts';
import type { Cells } from '../../report/cells.ts';
import type { ReportFlags } from '../../report/period.ts';
import type { Report, ReportTable } from '../../report/report.ts';
import type { ReportSource } from './analyze.ts';

const dimensions = [
  'model',
  'provider',
  'agent',
  'prompt',
  'user',
  'session',
  'tag',
  'environment',
  'traceName',
] as const satisfies readonly CostDimension[];
const defaultLimit = 20;
const shownTraces = 10;

export interface CostsFlags extends ReportFlags {
  readonly by: CostDimension;
  readonly limit: number;
  readonly compare?: true;
  readonly whatIf?: string;
}

/** Declares what `analyze costs` can be told beside the period. */
export function withCostsOptions(command: Command): Command {
  return command
    .addOption(new Option('--by <dimension>', l10n.t('what to add up by')).choices(dimensions).default('model'))
    .addOption(
      new Option('--limit <number>', l10n.t('rows at most; the others are added up in one'))
        .argParser(parseLimit)
        .default(defaultLimit),
    )
    .option('--compare', l10n.t('beside the period of the same length before'))
    .option('--what-if <model>', l10n.t('what the same calls would have cost at this model’s prices'));
}

/** Where the money goes, the dearest traces, where the month is going, and what another model would have cost. */
export async function costsReport(source: ReportSource, flags: CostsFlags): Promise<Report> {
  const { engine, scope, cells, signal } = source;
  const { by, limit, whatIf } = flags;
  const comparePrevious = flags.compare ?? false;
  const costs = await engine.ask('costs', { scope, by, limit, comparePrevious }, signal);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const spend = await engine.ask('spend', { projectId: scope.projectId ?? null, timeZone }, signal);
  const reprice = whatIf === undefined ? null : await engine.ask('reprice', { scope, model: whatIf }, signal);
  const topTraces = await dearestTraces(source);
  const tables = [costsTable(costs, cells, comparePrevious), tracesTable(topTraces, cells)];
  return {
    document: { ...costs, topTraces, spend, reprice },
    records: costs.others === null ? costs.rows : [...costs.rows, costs.others],
    tables: reprice === null ? tables : [...tables, repriceTable(reprice, cells)],
    notes: [...spendNotes(spend, cells), ...(reprice?.caveats ?? [])],
  };
}

function costsTable(costs: CostsAnswer, cells: Cells, compared: boolean): ReportTable {
  const columns: readonly ReportColumn[] = [
    { title: dimensionTitle(costs.by), align: 'left' },
    { title: l10n.t('Cost'), align: 'right' },
    { title: l10n.t('Share'), align: 'right' },
    { title: l10n.t('Calls'), align: 'right' },
    { title: l10n.t('Without price'), align: 'right' },
    { title: l10n.t('Tokens'), align: 'right' },
    ...(compared ? [{ title: l10n.t('Before'), align: 'right' } as const] : []),
  ];
  const line = (name: string, row: Omit<CostRow, 'key'>): string[] => [
    name,
    cells.money(row.costUsd),
    cells.share(row.share),
    cells.count(row.calls),
    cells.count(row.callsWithoutCost),
    cells.tokens(row.totalTokens),
    ...(compared ? [row.previousCostUsd === null ? '–' : cells.money(row.previousCostUsd)] : []),
  ];
  const rows = costs.rows.map((row) => line(row.key ?? l10n.t('none'), row));
  const others = costs.others === null ? [] : [line(l10n.t('others'), costs.others)];
  return { heading: '', columns, rows: [...rows, ...others], empty: l10n.t('No calls in this period.') };
}

/** Those whose cost is known, dearest first. */
async function dearestTraces({ engine, scope, signal }: ReportSource): Promise<readonly TraceSummary[]> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const params = { filter: { scope }, grouping: 'day', timeZone, order: 'dearest', limit: shownTraces } as const;
  const { traces } = await engine.ask('traces', params, signal);
  return traces.filter(({ costUsd }) => costUsd !== null);
}

function tracesTable(traces: readonly TraceSummary[], cells: Cells): ReportTable {
  return {
    heading: l10n.t('Most expensive traces'),
    columns: [
      { title: l10n.t('Trace'), align: 'left' },
      { title: l10n.t('Name'), align: 'left' },
      { title: l10n.t('Started'), align: 'left' },
      { title: l10n.t('Cost'), align: 'right' },
      { title: l10n.t('Calls'), align: 'right' },
      { title: l10n.t('Tokens'), align: 'right' },
    ],
    rows: traces.map(({ id, name, startedAt, costUsd, generations, tokens }) => [
      id,
      name ?? '–',
      startedAt,
      cells.money(costUsd),
      cells.count(generations),
      cells.tokens(tokens),
    ]),
    empty: l10n.t('No trace has a known cost in this period.'),
  };
}

function repriceTable(reprice: RepriceAnswer, cells: Cells): ReportTable {
  const line = (name: string, row: Pick<RepriceAnswer, 'costUsd' | 'repricedUsd'>, calls: string): string[] => [
    name,
    calls,
    cells.money(row.costUsd),
    cells.money(row.repricedUsd),
  ];
  return {
    heading: l10n.t('At the prices of {0} ({1})', reprice.model, reprice.prices.source),
    columns: [
      { title: l10n.t('Model'), align: 'left' },
      { title: l10n.t('Calls'), align: 'right' },
      { title: l10n.t('Cost'), align: 'right' },
      { title: l10n.t('Instead'), align: 'right' },
    ],
    rows:
      reprice.rows.length === 0
        ? []
        : [
            ...reprice.rows.map((row) => line(row.model ?? l10n.t('unknown'), row, cells.count(row.calls))),
            line(l10n.t('all'), reprice, ''),
          ],
    empty: l10n.t('No calls in this period.'),
  };
}

function spendNotes(spend: SpendAnswer, cells: Cells): readonly string[] {
  const money = (usd: number | null): string => (usd === null ? l10n.t('unknown') : cells.money(usd));
  const sofar = l10n.t(
    'Today {0}, yesterday {1}, this month so far {2}.',
    money(spend.todayUsd),
    money(spend.yesterdayUsd),
    money(spend.monthToDateUsd),
  );
  const { forecast } = spend;
  if (forecast === null) {
    return [sofar];
  }
  const { costUsd, interval, daysUsed } = forecast;
  const [end, low, high] = [cells.money(costUsd), cells.money(interval.low), cells.money(interval.high)];
  return [
    sofar,
    l10n.t('By the end of the month {0} ({1} to {2} in 4 of 5 cases), from {3} days.', end, low, high, daysUsed),
  ];
}

function dimensionTitle(by: CostDimension): string {
  return {
    model: l10n.t('Model'),
    provider: l10n.t('Provider'),
    agent: l10n.t('Agent'),
    prompt: l10n.t('Prompt'),
    user: l10n.t('User'),
    session: l10n.t('Session'),
    tag: l10n.t('Tag'),
    environment: l10n.t('Environment'),
    traceName: l10n.t('Trace name'),
  }[by];
}

function parseLimit(value: string): number {
  const limit = Number(value);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 10_000) {
    throw new InvalidArgumentError(l10n.t('Expected a whole number from 1 to 10,000.'));
  }
  return limit;
}
