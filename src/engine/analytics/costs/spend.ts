import * as z from 'zod';
import type { SpendAnswer, SpendParams } from '../../../protocol/analytics.ts';
import type { Missing, MissingReason } from '../../../protocol/figures.ts';
import { isoTime } from '../../export/intervals.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { filtersSchema, timeZoneSchema } from '../calls/scope.ts';
import { spendingByDay, sumSpending, type Spending } from './dailyCosts.ts';
import { exportedOf, type Exported } from './exported.ts';
import { forecastDays } from './forecast.ts';
import { addDays, LocalCalendar, type LocalDay } from './localCalendar.ts';

/** Days before today that the forecast may look at. */
const historyDays = 56;

const paramsSchema: z.ZodType<SpendParams> = z.strictObject({
  projectId: z.string().nullable().exactOptional(),
  timeZone: timeZoneSchema,
  filters: filtersSchema.exactOptional(),
});

interface SpentDay extends LocalDay, Spending {}

/**
 * What was spent today, yesterday and this month so far, and where the month is going. The forecast
 * begins where the database ends: what was not exported yet is foreseen like the days to come.
 */
export const spendQuestion: Question<'spend'> = {
  params: paramsSchema,
  async answer(params, context): Promise<SpendAnswer> {
    const now = context.clock.now();
    const calendar = new LocalCalendar(params.timeZone);
    const today = calendar.dateOf(now);
    const month = calendar.period(now, 'month');
    const exported = await exportedOf(context, params.projectId ?? null);
    const days = await spentDays(context, params, calendar.days(addDays(today, -historyDays), today));
    const ofMonth = days.filter(({ start }) => start >= month.start);
    const soFar = sumSpending(ofMonth);
    const current = figure('todayUsd', days.at(-1), exported);
    const before = figure('yesterdayUsd', days.at(-2), exported);
    const whole = figure('monthToDateUsd', { ...soFar, start: month.start }, exported);
    const known = Math.max(month.start, Math.min(now, exported.until ?? now));
    const ahead = calendar.days(calendar.dateOf(known), calendar.dateOf(month.end - 1));
    const { forecast, missing } = foresee(soFar.costUsd ?? 0, days, ahead, { known, exported });
    return {
      now: isoTime(now),
      todayUsd: current.value,
      yesterdayUsd: before.value,
      monthToDateUsd: whole.value,
      callsWithoutCost: soFar.callsWithoutCost,
      days: cumulative(ofMonth),
      monthEnd: isoTime(month.end),
      forecast,
      missing: { ...current.missing, ...before.missing, ...whole.missing, ...missing },
    };
  },
};

async function spentDays(
  context: QuestionContext,
  { projectId, filters, timeZone }: SpendParams,
  days: readonly LocalDay[],
): Promise<readonly SpentDay[]> {
  const scope = { projectId: projectId ?? null, ...(filters === undefined ? {} : { filters }) };
  const spent = await spendingByDay(context, scope, days, timeZone);
  return days.map((day, index) => ({ ...day, ...(spent[index] ?? sumSpending([])) }));
}

/** Nothing was spent where the database covers the beginning and holds no call; elsewhere nobody knows. */
function figure(
  name: string,
  day: (Spending & { readonly start: number }) | undefined,
  exported: Exported,
): { readonly value: number | null; readonly missing: Missing } {
  if (day?.costUsd != null) {
    return { value: day.costUsd, missing: {} };
  }
  if (day?.calls === 0 && exported.covers({ from: day.start, to: day.start + 1 })) {
    return { value: 0, missing: {} };
  }
  const reason: MissingReason = day === undefined || day.calls === 0 ? 'noCalls' : 'noCost';
  return { value: null, missing: { [name]: reason } };
}

function cumulative(days: readonly SpentDay[]): SpendAnswer['days'] {
  let sum = 0;
  return days.map(({ date, costUsd }) => {
    sum += costUsd ?? 0;
    return { date, costUsd: costUsd ?? 0, cumulativeUsd: sum };
  });
}

function foresee(
  spentUsd: number,
  days: readonly SpentDay[],
  ahead: readonly LocalDay[],
  { known, exported }: { readonly known: number; readonly exported: Exported },
): Pick<SpendAnswer, 'forecast' | 'missing'> {
  const history = knownDays(days, known, exported);
  const outlook = forecastDays(
    history.map(({ weekday, costUsd }) => ({ weekday, costUsd: costUsd ?? 0 })),
    ahead.map(({ weekday, start, end }) => ({ weekday, share: (end - Math.max(start, known)) / (end - start) })),
  );
  const end = outlook?.cumulative.at(-1);
  if (outlook === null || end === undefined) {
    return { forecast: null, missing: { forecast: reasonOf(days) } };
  }
  return {
    forecast: {
      costUsd: spentUsd + end.costUsd,
      interval: { low: spentUsd + end.low, high: spentUsd + end.high },
      method: outlook.method,
      daysUsed: outlook.daysUsed,
      days: outlook.cumulative.map(({ costUsd, low, high }, index) => ({
        date: ahead[index]?.date ?? '',
        cumulativeUsd: spentUsd + costUsd,
        low: spentUsd + low,
        high: spentUsd + high,
      })),
    },
    missing: {},
  };
}

/**
 * Days of which all is known, from the first with a call on. Where nothing says what was exported, the
 * first day may be a part of one, and calls without a known cost make a day unknown everywhere.
 */
function knownDays(days: readonly SpentDay[], known: number, exported: Exported): readonly SpentDay[] {
  const first = days.findIndex(({ calls }) => calls > 0);
  if (first === -1) {
    return [];
  }
  return days
    .slice(exported.isUnknown ? first + 1 : first)
    .filter(({ start, end }) => end <= known && (exported.isUnknown || exported.covers({ from: start, to: end })))
    .filter(({ calls, costUsd }) => calls === 0 || costUsd !== null);
}

function reasonOf(days: readonly SpentDay[]): MissingReason {
  if (days.every(({ calls }) => calls === 0)) {
    return 'noCalls';
  }
  return days.every(({ costUsd }) => costUsd === null) ? 'noCost' : 'tooFew';
}
