import { z } from 'zod';
import { notFound } from '../http/apiError.ts';
import { embeddingModel, models } from '../data/models.ts';
import { parseRequest, queryObject } from '../http/query.ts';
import { iso } from './wire.ts';
import type { ModelPricing, PricingTier } from '../data/types.ts';
import type { Handler } from './handler.ts';

/** GET health, GET ready: no key needed. */
export const getHealth: Handler = ({ options }) => ({ body: { status: 'OK', version: options.version } });

/** GET projects: always the one of the key. */
export const getProjects: Handler = ({ options }) => ({
  body: {
    data: [
      {
        id: options.projectId,
        name: 'Stand-in project',
        organization: { id: 'org-stand-in', name: 'Stand-in organization' },
        metadata: {},
        ...(options.retentionDays === null ? {} : { retentionDays: options.retentionDays }),
      },
    ],
  },
  rows: 1,
});

const pageSchema = z.object({
  page: z.coerce.number().min(1).default(1),
  limit: z.coerce.number().max(100).default(50),
});

/** GET models: Langfuse's own definitions with their prices, USD a token. */
export const listModels: Handler = ({ dataset }, request) => {
  const { page, limit } = parseRequest(pageSchema, queryObject(request.query));
  const all = [...models, embeddingModel].flatMap(({ name, pricing, pricingTier }) =>
    pricing === null || pricingTier === null ? [] : [toWireModel(name, pricing, pricingTier, dataset.start)],
  );
  const data = all.slice((page - 1) * limit, page * limit);
  const meta = { page, limit, totalItems: all.length, totalPages: limit === 0 ? 0 : Math.ceil(all.length / limit) };
  return { body: { data, meta }, rows: data.length };
};

function toWireModel(
  name: string,
  pricing: ModelPricing,
  tier: PricingTier,
  createdAt: number,
): Record<string, unknown> {
  const { inputPrice, outputPrice, totalPrice } = pricing;
  const prices = Object.entries({ input: inputPrice, output: outputPrice, total: totalPrice }).filter(
    ([, price]) => price !== null,
  );
  return {
    id: pricing.modelId,
    createdAt: iso(createdAt),
    modelName: name,
    matchPattern: `(?i)^(${name})$`,
    startDate: null,
    tokenizerId: null,
    tokenizerConfig: null,
    unit: 'TOKENS',
    inputPrice,
    outputPrice,
    totalPrice,
    prices: Object.fromEntries(prices.map(([kind, price]) => [kind, { price }])),
    isLangfuseManaged: true,
    pricingTiers: [
      {
        id: tier.id,
        name: tier.name,
        isDefault: true,
        priority: 0,
        conditions: [],
        prices: Object.fromEntries(prices),
      },
    ],
  };
}

/** GET comments, score-configs and other lists that this project has nothing in. */
export const listNothing: Handler = (_context, request) => {
  const { page, limit } = parseRequest(pageSchema, queryObject(request.query));
  return { body: { data: [], meta: { page, limit, totalItems: 0, totalPages: 0 } } };
};

/** GET media/{id}: no text was ever moved out of its row. */
export const getMedia: Handler = () => {
  throw notFound('Media asset not found');
};
