import { sql } from 'kysely';
import type { Scope, ScopeFilters, TimeRange } from '../../../protocol/scope.ts';
import { isoTime } from '../../export/intervals.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { callsInScope } from '../calls/callsInScope.ts';
import { previousScope } from '../calls/scope.ts';
import { usageGroups } from '../calls/usageGroups.ts';
import { spendingOf } from '../costs/dailyCosts.ts';
import { exportedOf } from '../costs/exported.ts';
import { LocalCalendar } from '../costs/localCalendar.ts';
import { spendQuestion } from '../costs/spend.ts';
import { fallbacksInScope } from '../fallbacks/fallbackEvents.ts';
import { mean } from '../statistics/moments.ts';
import { welch } from '../statistics/welch.ts';
import type { AlertRule, RuleOf } from './rules.ts';

const hour = 3_600_000;

/** What a rule's figure is now. */
export interface Measurement {
  /** In the unit of the rule's limit; null where nothing can be said. */
  readonly value: number | null;
  readonly range: TimeRange;
  /** False where the figure is past its limit by chance, as far as one can tell. */
  readonly sure: boolean;
  /** Of how many calls (or scores), where it is a share or a percentile. */
  readonly n: number | null;
  /** 80 % prediction interval of a forecast, USD. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface MeasureContext extends QuestionContext {
  /** In which days, weeks and months begin where a rule does not say. */
  readonly timeZone: string;
}

/** Measures what a rule is about. @throws what the database throws */
export function measure(rule: AlertRule, context: MeasureContext): Promise<Measurement> {
  switch (rule.kind) {
    case 'budget':
      return measureBudget(rule, context);
    case 'forecast':
      return measureForecast(rule, context);
    case 'errorRate':
      return measureErrors(rule, context);
    case 'fallbackRate':
      return measureFallbacks(rule, context);
    case 'latency':
      return measureLatency(rule, context);
    case 'noData':
      return measureSilence(rule, context);
    case 'qualityDrop':
      return measureQuality(rule, context);
  }
}

/** The scope of a rule's figure over `range`. */
export function scopeOf(rule: AlertRule, range: TimeRange): Scope {
  return { range, ...filtersOf(rule) };
}

const filtersOf = ({ filters }: AlertRule): { readonly filters?: ScopeFilters } =>
  filters === undefined ? {} : { filters };

const measurement = (range: TimeRange, value: number | null, rest: Partial<Measurement> = {}): Measurement => ({
  value,
  range,
  sure: true,
  n: null,
  interval: null,
  ...rest,
});

function calendarRange(
  { timeZone }: RuleOf<'budget' | 'forecast'>,
  context: MeasureContext,
  unit: 'day' | 'week' | 'month',
): TimeRange {
  const { start, end } = new LocalCalendar(timeZone ?? context.timeZone).period(context.clock.now(), unit);
  return { start: isoTime(start), end: isoTime(end) };
}

function lastHours(hours: number, { clock }: MeasureContext): TimeRange {
  const now = clock.now();
  return { start: isoTime(now - hours * hour), end: isoTime(now) };
}

async function measureBudget(rule: RuleOf<'budget'>, context: MeasureContext): Promise<Measurement> {
  const range = calendarRange(rule, context, rule.period);
  const { calls, costUsd } = await spendingOf(context, scopeOf(rule, range));
  const start = Date.parse(range.start);
  const nothingSpent = calls === 0 && (await exportedOf(context, null)).covers({ from: start, to: start + 1 });
  return measurement(range, nothingSpent ? 0 : costUsd);
}

async function measureForecast(rule: RuleOf<'forecast'>, context: MeasureContext): Promise<Measurement> {
  const timeZone = rule.timeZone ?? context.timeZone;
  const { forecast } = await spendQuestion.answer({ timeZone, ...filtersOf(rule) }, context);
  const range = calendarRange(rule, context, 'month');
  return measurement(range, forecast?.costUsd ?? null, { interval: forecast?.interval ?? null });
}

async function measureErrors(rule: RuleOf<'errorRate'>, context: MeasureContext): Promise<Measurement> {
  const range = lastHours(rule.windowHours, context);
  const groups = await usageGroups(context, scopeOf(rule, range), { by: [], buckets: null });
  const errors = groups.reduce((total, { sums }) => total + sums.errors, 0);
  const calls = groups.reduce((total, { sums }) => total + sums.calls, 0);
  return shareOf(range, errors, calls, rule.minCalls);
}

/** As the plan's rate of a model: of the calls and the fallbacks away from them. */
async function measureFallbacks(rule: RuleOf<'fallbackRate'>, context: MeasureContext): Promise<Measurement> {
  const range = lastHours(rule.windowHours, context);
  const scope = scopeOf(rule, range);
  const fallbacks = (await fallbacksInScope(context, scope)).reduce((total, { count }) => total + count, 0);
  const { calls } = await spendingOf(context, scope);
  return shareOf(range, fallbacks, calls + fallbacks, rule.minCalls);
}

function shareOf(range: TimeRange, count: number, n: number, least: number): Measurement {
  return measurement(range, n < least ? null : count / n, { n });
}

/** The percentile of R's type 7, of calls that have ended; embeddings count only where nothing else is in scope. */
async function measureLatency(rule: RuleOf<'latency'>, context: MeasureContext): Promise<Measurement> {
  const range = lastHours(rule.windowHours, context);
  const ended = callsInScope(context, scopeOf(rule, range)).where('call.latency_seconds', 'is not', null);
  const counts = await ended
    .select((eb) => ['call.observation_type as type', eb.fn.countAll<number>().as('calls')])
    .groupBy('call.observation_type')
    .execute();
  const others = counts.filter(({ type }) => type !== 'EMBEDDING');
  const n = (others.length > 0 ? others : counts).reduce((total, { calls }) => total + calls, 0);
  if (n < rule.minCalls) {
    return measurement(range, null, { n });
  }
  const position = ((n - 1) * rule.percentile) / 100;
  const around = await ended
    .$if(others.length > 0, (query) => query.where('call.observation_type', '!=', 'EMBEDDING'))
    .select('call.latency_seconds as seconds')
    .orderBy('call.latency_seconds')
    .limit(2)
    .offset(Math.floor(position))
    .execute();
  const [low = 0, high = low] = around.map(({ seconds }) => seconds ?? 0);
  return measurement(range, low + (high - low) * (position - Math.floor(position)), { n });
}

/** Hours since the last call; where there was none ever, since the export began to look. */
async function measureSilence(rule: RuleOf<'noData'>, context: MeasureContext): Promise<Measurement> {
  const now = context.clock.now();
  const everything = { start: isoTime(0), end: isoTime(now) };
  const [row] = await callsInScope(context, scopeOf(rule, everything))
    .select((eb) => eb.fn.max<string | null>('call.created_at').as('last'))
    .execute();
  const since = row?.last == null ? (await exportedOf(context, null)).since : Date.parse(row.last);
  return measurement(lastHours(rule.hours, context), since === null ? null : (now - since) / hour);
}

async function measureQuality(rule: RuleOf<'qualityDrop'>, context: MeasureContext): Promise<Measurement> {
  const range = lastHours(rule.windowHours, context);
  const scope = scopeOf(rule, range);
  const now = await qualityScores(context, scope);
  const before = await qualityScores(context, previousScope(scope));
  const n = Math.min(now.length, before.length);
  if (n < rule.minScores) {
    return measurement(range, null, { n });
  }
  const test = welch(before, now);
  // Without any variance there is nothing to doubt.
  return measurement(range, mean(before) - mean(now), { n, sure: test === null || test.low > 0 });
}

/** The quality scores of traces that have a call in the scope. */
async function qualityScores(context: MeasureContext, scope: Scope): Promise<readonly number[]> {
  const traces = callsInScope(context, scope).select('call.trace_id').distinct();
  const rows = await context.db
    .selectFrom('llm_scores')
    .select('value')
    .where('name', 'in', context.config.outcome.qualityScores)
    .where('value', 'is not', null)
    .where(sql<boolean>`trace_id IN (${traces})`)
    .execute();
  return rows.map(({ value }) => value ?? 0);
}
