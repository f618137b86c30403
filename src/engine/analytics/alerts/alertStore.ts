import type { Kysely } from 'kysely';
import type { AlertReport, AlertState } from '../../../protocol/analytics.ts';
import type { Numbers } from '../../../format/numbers.ts';
import type { AlertStatesTable, MetricsSchema } from '../../store/schema.ts';
import { stateOf, type MeasuredRule } from './evaluate.ts';
import type { BrokenRule } from './ruleFile.ts';
import { fingerprint } from './rules.ts';
import { advance, type Memory } from './transition.ts';

export interface Evaluation {
  readonly measured: readonly MeasuredRule[];
  readonly broken: readonly BrokenRule[];
  /** ISO-8601. */
  readonly now: string;
  readonly numbers: Numbers;
}

type Row = AlertStatesTable;

/** What alert_states becomes by an evaluation. */
interface Outcome {
  readonly report: AlertReport;
  readonly rows: readonly Row[];
}

/** Takes every alert a step further, without writing anything. */
export function nextStates(stored: readonly Row[], { measured, broken, now, numbers }: Evaluation): Outcome {
  const before = new Map(stored.map((row) => [row.alert_id, row]));
  const rows: Row[] = [];
  const fired: string[] = [];
  const recovered: string[] = [];
  const alerts: AlertState[] = [];
  for (const one of measured) {
    const { rule, finding } = one;
    const step = advance(memoryOf(before.get(rule.id), fingerprint(rule)), finding, now);
    const state = stateOf(one, step.memory, numbers);
    rows.push(toRow(state, fingerprint(rule), step.memory, now));
    alerts.push(state);
    if (step.fired) {
      fired.push(rule.id);
    }
    if (step.recovered) {
      recovered.push(rule.id);
    }
  }
  for (const one of broken) {
    const earlier = before.get(one.id);
    const state = invalidState(one, earlier?.state === 'invalid' ? earlier.since : now);
    alerts.push(state);
    // What it remembers of the rule holds when the rule is put right.
    const memory = { level: earlier?.level ?? null, firedLevel: earlier?.fired_level ?? null };
    const periodStart = earlier?.period_start ?? null;
    const rest = { ...memory, periodStart, since: state.since ?? now };
    rows.push({ ...toRow(state, earlier?.rule ?? '', { state: 'ok', ...rest }, now), state: 'invalid' });
  }
  return { report: { evaluatedAt: now, alerts, fired, recovered }, rows };
}

/**
 * Evaluates within a transaction what was measured before it, and keeps the result. Of several processes
 * that evaluate at once, one alone reports what fires.
 */
export async function keepStates(db: Kysely<MetricsSchema>, evaluation: Evaluation): Promise<AlertReport> {
  const stored = await db.selectFrom('alert_states').selectAll().execute();
  const { report, rows } = nextStates(stored, evaluation);
  const before = new Map(stored.map((row) => [row.alert_id, row]));
  const mine = new Set<string>();
  for (const row of rows) {
    if (await keep(db, row, before.get(row.alert_id))) {
      mine.add(row.alert_id);
    }
  }
  const gone = stored.filter(({ alert_id: id }) => !rows.some((row) => row.alert_id === id));
  for (const { alert_id: id } of gone) {
    await db.deleteFrom('alert_states').where('alert_id', '=', id).execute();
  }
  return {
    ...report,
    fired: report.fired.filter((id) => mine.has(id)),
    recovered: report.recovered.filter((id) => mine.has(id)),
  };
}

/** @returns false when another process was quicker */
async function keep(db: Kysely<MetricsSchema>, row: Row, before: Row | undefined): Promise<boolean> {
  if (before === undefined) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('alert_states')
      .values(row)
      .onConflict((conflict) => conflict.column('alert_id').doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }
  if (tellTheSame(before, row)) {
    return true;
  }
  const { numUpdatedRows } = await db
    .updateTable('alert_states')
    .set(row)
    .where('alert_id', '=', row.alert_id)
    .where('evaluated_at', '=', before.evaluated_at)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Nothing but time has passed: not worth the saving of a file. */
function tellTheSame(before: Row, row: Row): boolean {
  const [earlier, later] = [JSON.parse(before.answer) as AlertState, JSON.parse(row.answer) as AlertState];
  // Hours since the last call grow by themselves.
  const sameFigure =
    later.unit === 'hours'
      ? Math.abs(momentOf(before, earlier) - momentOf(row, later)) < 1000
      : earlier.message === later.message && earlier.title === later.title;
  return (
    sameFigure &&
    before.rule === row.rule &&
    before.state === row.state &&
    before.level === row.level &&
    before.fired_level === row.fired_level &&
    before.period_start === row.period_start
  );
}

function momentOf({ evaluated_at: at }: Row, { value }: AlertState): number {
  return Date.parse(at) - (value ?? 0) * 3_600_000;
}

/** Null for a rule that is new or has changed. */
function memoryOf(row: Row | undefined, rule: string): Memory | null {
  if (row?.rule !== rule) {
    return null;
  }
  const { state, level, fired_level: firedLevel, period_start: periodStart, since } = row;
  return { state: state === 'firing' || state === 'noData' ? state : 'ok', level, firedLevel, periodStart, since };
}

function toRow(answer: AlertState, rule: string, memory: Memory, now: string): Row {
  return {
    alert_id: answer.id,
    rule,
    state: memory.state,
    level: memory.level,
    fired_level: memory.firedLevel,
    period_start: memory.periodStart,
    since: memory.since,
    evaluated_at: now,
    answer: JSON.stringify(answer),
  };
}

function invalidState({ id, kind, where, message }: BrokenRule, since: string): AlertState {
  return {
    id,
    title: where,
    kind,
    state: 'invalid',
    level: null,
    value: null,
    limit: null,
    unit: 'usd',
    message: `${where}: ${message}`,
    since,
    period: null,
    scope: null,
  };
}
