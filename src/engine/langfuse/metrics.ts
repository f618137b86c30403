import * as z from 'zod';
import { EngineError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { number, wireNumber } from './fields.ts';
import type { LangfuseHttp } from './http.ts';
import type { Budget } from './quota.ts';
import type { TimeWindow } from './records.ts';

export const metricsPath = '/api/public/v2/metrics';

const metricsBody = z.object({
  data: z.array(z.object({ time_dimension: z.string(), count_count: wireNumber })),
});

const bucketMs = { hour: 3_600_000, day: 86_400_000 } as const;
/** The server gives at most 1000 rows; windows that start amid a bucket touch one more. */
const bucketsPerQuery = 999;

/** The query that counts observations by start time. */
export function countQuery(window: TimeWindow, granularity: 'hour' | 'day'): string {
  return JSON.stringify({
    view: 'observations',
    metrics: [{ measure: 'count', aggregation: 'count' }],
    dimensions: [],
    filters: [],
    timeDimension: { granularity },
    fromTimestamp: new Date(window.from).toISOString(),
    toTimestamp: new Date(window.to).toISOString(),
    config: { row_limit: 1000 },
  });
}

/**
 * Observations of the window by the start of their hour or day (UTC milliseconds); buckets without any
 * are left out. Null when the server cannot or, for want of quota, will not say: an audit is never
 * worth waiting hours for.
 * @throws EngineError auth.invalid, auth.forbidden, langfuse.unreachable; the signal's reason.
 */
export async function countByTime(
  http: LangfuseHttp,
  budget: Budget,
  log: Log,
  window: TimeWindow,
  granularity: 'hour' | 'day',
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<number, number> | null> {
  const counts = new Map<number, number>();
  const step = bucketsPerQuery * bucketMs[granularity];
  // Split at bucket edges, so that no bucket is counted in two queries' answers.
  let from = window.from;
  while (from < window.to) {
    const edge = Math.floor(from / bucketMs[granularity]) * bucketMs[granularity] + step;
    const part = { from, to: Math.min(edge, window.to) };
    const rows = await queryCounts(http, budget, log, countQuery(part, granularity), signal);
    if (rows === null) {
      return null;
    }
    for (const [bucket, count] of rows) {
      counts.set(bucket, (counts.get(bucket) ?? 0) + count);
    }
    from = part.to;
  }
  return counts;
}

async function queryCounts(
  http: LangfuseHttp,
  budget: Budget,
  log: Log,
  query: string,
  signal: AbortSignal | undefined,
): Promise<[number, number][] | null> {
  const request = { path: metricsPath, query: () => ({ query }), budget, attempts: 3, patient: false, signal };
  try {
    const reply = await http.request(request);
    if (reply.status !== 200 && reply.status !== 403) {
      log.info(`${metricsPath} gives no counts: HTTP ${String(reply.status)}`);
      return null;
    }
    return http.parse(metricsBody, reply, metricsPath).data.flatMap((row): [number, number][] => {
      const bucket = Date.parse(row.time_dimension);
      const count = number(row.count_count) ?? 0;
      return count > 0 && !Number.isNaN(bucket) ? [[bucket, count]] : [];
    });
  } catch (error) {
    if (
      error instanceof EngineError &&
      (error.code === 'langfuse.unavailable' || error.code === 'langfuse.malformed')
    ) {
      log.warn(`${metricsPath} gives no counts: ${error.message}`);
      return null;
    }
    throw error;
  }
}
