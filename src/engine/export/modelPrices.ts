import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { LangfuseSource, ModelPriceRecord } from '../langfuse/records.ts';
import type { MetricsSchema } from '../store/schema.ts';
import type { MetricsStore } from '../store/store.ts';
import { isoTime, utcDay } from './intervals.ts';

const progressSchema = z.object({ day: z.string(), nextPage: z.number().int().positive() });

interface Refresh {
  readonly store: MetricsStore;
  readonly source: LangfuseSource;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Keeps model_prices like the server's own list, one page (100 models) a UTC day: requests are scarce,
 * and prices seldom change.
 */
export async function refreshModelPrices({ store, source, now, signal }: Refresh): Promise<void> {
  const { projectId } = source.server;
  const key = `model_prices:${projectId}`;
  const progress = await store.read((db) => readProgress(db, key), signal);
  const day = utcDay(now);
  if (progress?.day === day) {
    return;
  }
  const page = progress?.nextPage ?? 1;
  const answer = await source.modelPrices(page, signal);
  const nextPage = answer === null ? page : page < answer.totalPages ? page + 1 : 1;
  const value = JSON.stringify({ day, nextPage } satisfies z.output<typeof progressSchema>);
  await store.write(async ({ db }) => {
    await storePrices(db, answer?.rows ?? [], isoTime(now));
    await db
      .insertInto('metrics_state')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute();
  }, signal);
}

async function readProgress(db: Kysely<MetricsSchema>, key: string): Promise<z.output<typeof progressSchema> | null> {
  const row = await db.selectFrom('metrics_state').select('value').where('key', '=', key).executeTakeFirst();
  return row === undefined ? null : progressSchema.parse(JSON.parse(row.value));
}

async function storePrices(
  db: Kysely<MetricsSchema>,
  rows: readonly ModelPriceRecord[],
  fetchedAt: string,
): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  await db
    .insertInto('model_prices')
    .values(
      rows.map((row) => ({
        project_id: row.projectId,
        id: row.id,
        model_name: row.modelName,
        match_pattern: row.matchPattern,
        start_date: row.startDate,
        prices: JSON.stringify(row.prices),
        price_tiers: row.tiers,
        fetched_at: fetchedAt,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['project_id', 'id']).doUpdateSet((eb) => ({
        model_name: eb.ref('excluded.model_name'),
        match_pattern: eb.ref('excluded.match_pattern'),
        start_date: eb.ref('excluded.start_date'),
        prices: eb.ref('excluded.prices'),
        price_tiers: eb.ref('excluded.price_tiers'),
        fetched_at: eb.ref('excluded.fetched_at'),
      })),
    )
    .execute();
}
