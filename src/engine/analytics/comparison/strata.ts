import * as l10n from '@vscode/l10n';
import type { Confounder } from '../../../protocol/analytics.ts';
import type { ScoredExecution } from './execution.ts';

/** The runs of two versions under one value of a variable. */
export interface Stratum {
  readonly name: string;
  readonly a: readonly ScoredExecution[];
  readonly b: readonly ScoredExecution[];
}

const day = 86_400_000;
const mostDays = 14;
const mostWeeks = 26;

/** Both versions' runs by model, by environment, or by period: days up to two weeks, weeks up to half a year, else months, in UTC. */
export function stratify(
  variable: Confounder['variable'],
  a: readonly ScoredExecution[],
  b: readonly ScoredExecution[],
): readonly Stratum[] {
  const nameOf = naming(variable, [...a, ...b]);
  const [ofA, ofB] = [Map.groupBy(a, nameOf), Map.groupBy(b, nameOf)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])]
    .sort()
    .map((name) => ({ name, a: ofA.get(name) ?? [], b: ofB.get(name) ?? [] }));
}

function naming(
  variable: Confounder['variable'],
  executions: readonly ScoredExecution[],
): (execution: ScoredExecution) => string {
  switch (variable) {
    case 'model':
      return ({ model }) => model ?? l10n.t('unknown');
    case 'environment':
      return ({ environment }) => environment ?? l10n.t('unknown');
    case 'time': {
      const periodOf = periods(executions.map(timeOf));
      return (execution) => periodOf(timeOf(execution));
    }
  }
}

export function timeOf({ executedAt }: ScoredExecution): number {
  return Date.parse(executedAt);
}

function periods(times: readonly number[]): (time: number) => string {
  const sorted = times.toSorted((x, y) => x - y);
  const days = ((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)) / day;
  if (days <= mostDays) {
    return dateOf;
  }
  // Weeks are counted from the Monday before 1 January 1970, a Thursday.
  return days <= mostWeeks * 7
    ? (time) => dateOf(Math.floor((time + 3 * day) / (7 * day)) * 7 * day - 3 * day)
    : (time) => dateOf(time).slice(0, 7);
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
