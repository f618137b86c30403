import * as l10n from '@vscode/l10n';
import type { AlertState, SpendAnswer } from '../../src/protocol/analytics.ts';
import type { ChartModel, ChartSeries } from '../shared/chart/chartModel.ts';
import type { Writing } from '../shared/panel.ts';

const day = 24 * 3_600_000;
/** Days under which a period is no month. */
const shortestMonth = 28;

export interface BudgetView {
  readonly chart: ChartModel;
  /** The name of the month. */
  readonly month: string;
  /** `$428 expected`. */
  readonly headline: string;
  /** `of $450 by 30 Nov (80 % interval $405 to $452)`. */
  readonly rest: string;
  /** There is a budget. */
  readonly limited: boolean;
  /** The month is expected to cost more than its budget. */
  readonly over: boolean;
}

/** The budget of the whole month that an alert watches over everything; null without one. */
export function monthlyBudget(alerts: readonly AlertState[]): number | null {
  const budget = alerts.find(({ kind, limit, period, scope }) => {
    const days = period === null ? 0 : (Date.parse(period.end) - Date.parse(period.start)) / day;
    const filtered = Object.keys(scope?.filters ?? {}).length > 0;
    return kind === 'budget' && limit !== null && days >= shortestMonth - 1 && !filtered;
  });
  return budget?.limit ?? null;
}

/** This month's cost so far, where it is going, and its budget. */
export function budgetView(spend: SpendAnswer, budget: number | null, writing: Writing): BudgetView {
  const { numbers, times } = writing;
  const today = spend.days.at(-1)?.date ?? spend.now.slice(0, 10);
  const dates = datesOfMonth(today);
  const lastDay = times.day(noon(dates.at(-1) ?? today), writing.now());
  const money = (value: number): string => numbers.money(value);
  const expected = spend.forecast === null ? null : round(spend.forecast.costUsd, money);
  const over = budget !== null && (spend.forecast?.costUsd ?? spend.monthToDateUsd ?? 0) > budget;
  return {
    chart: chartOf({ spend, budget, dates, today, expected }, writing),
    month: new Intl.DateTimeFormat(writing.language, { month: 'long', timeZone: 'UTC' }).format(new Date(noon(today))),
    headline:
      expected === null
        ? l10n.t('{0} so far', spend.monthToDateUsd === null ? l10n.t('no price') : money(spend.monthToDateUsd))
        : l10n.t('{0} expected', expected),
    rest: restOf({ spend, budget, lastDay }, writing),
    limited: budget !== null,
    over,
  };
}

interface RestInput {
  readonly spend: SpendAnswer;
  readonly budget: number | null;
  readonly lastDay: string;
}

function restOf({ spend, budget, lastDay }: RestInput, { numbers }: Writing): string {
  const money = (value: number): string => round(value, (exact) => numbers.money(exact));
  if (spend.forecast === null) {
    return budget === null ? '' : l10n.t('of {0} until {1}', money(budget), lastDay);
  }
  const { low, high } = spend.forecast.interval;
  // Ends that would read the same say no width.
  const end = money(low) === money(high) ? (usd: number): string => numbers.money(usd) : money;
  const interval = l10n.t('(80 % interval {0} to {1})', end(low), end(high));
  return budget === null
    ? l10n.t('by {0} {1}', lastDay, interval)
    : l10n.t('of {0} by {1} {2}', money(budget), lastDay, interval);
}

interface BudgetChart {
  readonly spend: SpendAnswer;
  readonly budget: number | null;
  readonly dates: readonly string[];
  readonly today: string;
  readonly expected: string | null;
}

function chartOf({ spend, budget, dates, today, expected }: BudgetChart, writing: Writing): ChartModel {
  const { numbers, times } = writing;
  const spent = new Map(spend.days.map(({ date, cumulativeUsd }) => [date, cumulativeUsd]));
  const coming = new Map((spend.forecast?.days ?? []).map((one) => [one.date, one]));
  const soFar = spend.days.at(-1)?.cumulativeUsd ?? null;
  // The forecast begins where the known line ends.
  const forecast = (pick: 'cumulativeUsd' | 'low' | 'high'): readonly (number | null)[] =>
    dates.map((date) => (date === today ? soFar : (coming.get(date)?.[pick] ?? null)));
  const series: ChartSeries[] = [
    {
      id: 'spent',
      label: l10n.t('spent'),
      values: dates.map((date) => spent.get(date) ?? null),
      style: 'strong',
      colour: 'series-0',
      end: null,
    },
  ];
  if (spend.forecast !== null) {
    series.push(
      {
        id: 'expected',
        label: l10n.t('expected'),
        values: forecast('cumulativeUsd'),
        style: 'dashed',
        colour: 'series-0',
        end: expected,
      },
      {
        id: 'low',
        label: l10n.t('at least, 80 %'),
        values: forecast('low'),
        style: 'edge',
        colour: 'series-0',
        end: null,
      },
      {
        id: 'high',
        label: l10n.t('at most, 80 %'),
        values: forecast('high'),
        style: 'band',
        colour: 'series-0',
        end: null,
      },
    );
  }
  if (budget !== null) {
    const end = round(budget, (exact) => numbers.money(exact));
    series.push({
      id: 'budget',
      label: l10n.t('budget'),
      values: dates.map(() => budget),
      style: 'level',
      colour: 'text',
      end,
    });
  }
  return {
    part: 'chart.budget',
    title: l10n.t('Budget'),
    finding: l10n.t(
      'Cost of this month, added up day by day: {0} so far. Press T for the table.',
      soFar === null ? l10n.t('no price') : numbers.money(soFar),
    ),
    labels: dates.map((date) => times.day(noon(date), writing.now())),
    starts: dates,
    ticks: dates.map((date, index) => tickOf(date, index, dates, today)),
    series,
    gaps: [],
    unit: '$',
    format: (value) => numbers.money(value),
    tick: (value) => round(value, (exact) => numbers.money(exact)),
    annotation: null,
    empty: spend.days.length === 0 ? l10n.t('none') : null,
  };
}

/** Every week, the last day, and today where it is not beside one of them. */
function tickOf(date: string, index: number, dates: readonly string[], today: string): string | null {
  const number = String(index + 1);
  const todayAt = dates.indexOf(today);
  if (date === today) {
    return l10n.t('{0} today', number);
  }
  const regular = index % 7 === 0 || index === dates.length - 1;
  return regular && Math.abs(index - todayAt) > 2 && (index === dates.length - 1 || dates.length - 1 - index > 2)
    ? number
    : null;
}

function datesOfMonth(date: string): readonly string[] {
  const [year = 0, month = 1] = date.split('-').map(Number);
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => `${date.slice(0, 8)}${String(index + 1).padStart(2, '0')}`);
}

/** A local date as a moment that falls on it wherever it is read. */
function noon(date: string): number {
  const [year = 0, month = 1, dayOfMonth = 1] = date.split('-').map(Number);
  return new Date(year, month - 1, dayOfMonth, 12).getTime();
}

/** Without cents from $10 on: a forecast is not known to the cent. */
function round(usd: number, money: (usd: number) => string): string {
  const whole = usd >= 10 || Number.isInteger(usd);
  return whole ? money(Math.round(usd)).replace(/[.,]00(?!\d)/, '') : money(usd);
}
