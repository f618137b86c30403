import * as z from 'zod';
import { EngineError } from '../errors.ts';
import { isObject, number, setOwn, wireAny, wireNumber } from './fields.ts';
import type { ProjectReader } from './projectReader.ts';
import type { ModelPriceRecord, ModelPricesPage } from './records.ts';

export const modelsPath = '/api/public/models';
const pageLimit = 100;

const modelsBody = z.object({ data: z.array(z.unknown()), meta: z.object({ totalPages: wireNumber }) });

const tier = z.object({ isDefault: z.boolean().nullish(), prices: wireAny });
const wireModel = z.object({
  id: z.string(),
  modelName: z.string(),
  matchPattern: z.string(),
  startDate: z.iso.datetime({ offset: true }).nullish(),
  /** Servers with pricing tiers (3.13x and newer). */
  pricingTiers: z.array(tier).nullish(),
  /** Older ones: `{ input: { price } }`. */
  prices: wireAny,
});

/**
 * One page of the server's model definitions. Null when it gives none, or has no request to spare:
 * prices are never worth a wait, let alone a failed export.
 * @throws EngineError auth.invalid, auth.forbidden, langfuse.unreachable; the signal's reason.
 */
export async function readModelPrices(
  { http, budgets, log, server }: ProjectReader,
  page: number,
  signal: AbortSignal | undefined,
): Promise<ModelPricesPage | null> {
  const query = { page: String(page), limit: String(pageLimit) };
  const budget = budgets.general;
  const request = { path: modelsPath, query: () => query, budget, attempts: 1, patient: false, signal };
  try {
    const reply = await http.request(request);
    if (reply.status !== 200) {
      log.info(`${modelsPath} gives no prices: HTTP ${String(reply.status)}`);
      return null;
    }
    const body = http.parse(modelsBody, reply, modelsPath);
    const models = body.data.map((row) => wireModel.safeParse(row));
    const rows = models.flatMap(({ data }) => (data === undefined ? [] : [toRecord(data, server.projectId)]));
    if (rows.length < models.length) {
      log.warn(`${modelsPath}: ${String(models.length - rows.length)} models cannot be read`);
    }
    return { rows, totalPages: number(body.meta.totalPages) ?? 1 };
  } catch (error) {
    if (
      error instanceof EngineError &&
      ['langfuse.unreachable', 'langfuse.unavailable', 'langfuse.malformed'].includes(error.code)
    ) {
      log.warn(`${modelsPath} gives no prices: ${error.message}`);
      return null;
    }
    throw error;
  }
}

function toRecord(model: z.output<typeof wireModel>, projectId: string): ModelPriceRecord {
  const tiers = model.pricingTiers ?? [];
  const usual = tiers.find(({ isDefault }) => isDefault === true) ?? tiers[0];
  return {
    projectId,
    id: model.id,
    modelName: model.modelName,
    matchPattern: model.matchPattern,
    startDate: model.startDate == null ? null : new Date(model.startDate).toISOString(),
    prices: pricesIn(usual?.prices ?? model.prices),
    tiers: Math.max(1, tiers.length),
  };
}

/** `{ input: 0.0000025 }` or `{ input: { price: 0.0000025 } }`; what is no price is left out. */
function pricesIn(wire: unknown): Readonly<Record<string, number>> {
  const prices: Record<string, number> = {};
  for (const [kind, value] of Object.entries(isObject(wire) ? wire : {})) {
    const price = isObject(value) ? value.price : value;
    const usd = typeof price === 'number' || typeof price === 'string' ? number(price) : null;
    if (usd !== null && usd >= 0) {
      setOwn(prices, kind, usd);
    }
  }
  return prices;
}
