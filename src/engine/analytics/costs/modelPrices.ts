import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { isoTime } from '../../export/intervals.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { listPrice } from './priceTable.ts';
import type { UsagePrices } from './usagePrices.ts';

export interface ModelPrices {
  /** "langfuse", or the date of the list price. */
  readonly source: string;
  readonly prices: UsagePrices;
  /** Long prompts cost more than `prices` says. */
  readonly tiered: boolean;
  /** Where a list price is from; null for the server's own. */
  readonly page: string | null;
}

const pricesSchema = z.record(z.string(), z.number());

/**
 * What a model costs now: by the definitions of the Langfuse server where an export has brought them,
 * newest first, else by the price table that comes with this product. Null when neither knows it.
 */
export async function pricesOf(
  { db, clock }: Pick<QuestionContext, 'db' | 'clock'>,
  model: string,
  projectId: string | null,
): Promise<ModelPrices | null> {
  const definitions = await db
    .selectFrom('model_prices')
    .selectAll()
    .$if(projectId !== null, (query) => query.where('project_id', '=', projectId ?? ''))
    .where((eb) => eb.or([eb('start_date', 'is', null), eb('start_date', '<=', isoTime(clock.now()))]))
    .execute();
  const [newest] = definitions
    .filter((row) => row.model_name === model || matches(row.match_pattern, model))
    .map((row) => ({ ...row, prices: pricesSchema.parse(JSON.parse(row.prices)) }))
    .filter(({ prices }) => Object.keys(prices).length > 0)
    .sort((a, b) => (b.start_date ?? '').localeCompare(a.start_date ?? ''));
  if (newest !== undefined) {
    return { source: 'langfuse', prices: newest.prices, tiered: newest.price_tiers > 1, page: null };
  }
  const listed = listPrice(model);
  if (listed === null) {
    return null;
  }
  const source = l10n.t('list price of {0}', listed.date);
  return { source, prices: listed.prices, tiered: false, page: listed.source };
}

/** Langfuse writes patterns for PostgreSQL, which puts its flag into the pattern. */
function matches(pattern: string, model: string): boolean {
  try {
    return new RegExp(pattern.replace(/^\(\?i\)/, ''), 'i').test(model);
  } catch {
    // A pattern of another dialect than JavaScript's: the name alone decides.
    return false;
  }
}
