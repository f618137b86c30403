import type { Random } from './random.ts';
import type { ModelPricing, PricingTier } from './types.ts';

/** Prices are the vendors' list prices in USD a million tokens; latency is a median with typical speed. */
export interface Model {
  readonly name: string;
  readonly provider: 'openai' | 'anthropic' | 'gemini' | 'private';
  readonly input: number | null;
  readonly cachedInput: number | null;
  readonly cacheWrite: number | null;
  readonly output: number | null;
  /** Median time to the first token, seconds. */
  readonly firstToken: number;
  readonly tokensPerSecond: number;
  readonly contextTokens: number;
  readonly tier: string;
  /** Share of the calls. */
  readonly weight: number;
  readonly pricing: ModelPricing | null;
  readonly pricingTier: PricingTier | null;
}

type Row = readonly [
  name: string,
  provider: Model['provider'],
  prices: readonly [input: number, cached: number | null, write: number | null, output: number] | null,
  speed: readonly [firstToken: number, tokensPerSecond: number],
  contextTokens: number,
  tier: string,
  weight: number,
  id: string,
];

const rows: readonly Row[] = [
  ['gpt-4o', 'openai', [2.5, 1.25, null, 10], [0.55, 85], 128_000, 'tier2', 14, 'b9854a5c92dc496b997d99d20'],
  ['gpt-4o-mini', 'openai', [0.15, 0.075, null, 0.6], [0.45, 110], 128_000, 'tier1', 16, 'clyrjp56f0000t0mzapoocd7u'],
  ['gpt-4.1', 'openai', [2, 0.5, null, 8], [0.6, 90], 1_047_576, 'tier2', 7, 'cm9hfsp2p0001ad07c8f6h4k1'],
  ['gpt-4.1-mini', 'openai', [0.4, 0.1, null, 1.6], [0.4, 120], 1_047_576, 'tier1', 10, 'cm9hfsp2p0002ad07b3d5j9m2'],
  ['gpt-5', 'openai', [1.25, 0.125, null, 10], [2.4, 70], 400_000, 'tier3', 6, 'cmdz7x1p30001l804qv2t8n6c'],
  ['o3-mini', 'openai', [1.1, 0.55, null, 4.4], [3.1, 95], 200_000, 'tier2', 4, 'cm6l8jan90000tymz52sh0ql8'],
  [
    'claude-sonnet-4-5-20250929',
    'anthropic',
    [3, 0.3, 3.75, 15],
    [1.1, 65],
    200_000,
    'tier2',
    12,
    'cmg5v8e2k0001jp04h7r3w9xa',
  ],
  [
    'claude-opus-4-1-20250805',
    'anthropic',
    [15, 1.5, 18.75, 75],
    [1.9, 38],
    200_000,
    'tier3',
    3,
    'cmdysde5w0000rkmzbc1g5au3',
  ],
  [
    'claude-3-5-haiku-20241022',
    'anthropic',
    [0.8, 0.08, 1, 4],
    [0.6, 78],
    200_000,
    'tier1',
    7,
    'cm34aq60d000207ml0j1h31ar',
  ],
  ['gemini-2.5-pro', 'gemini', [1.25, 0.31, null, 10], [2.2, 88], 1_048_576, 'tier2', 6, 'cmig1hb7i000104l72qrzgc6h'],
  [
    'gemini-2.5-flash',
    'gemini',
    [0.3, 0.075, null, 2.5],
    [0.5, 160],
    1_048_576,
    'tier1',
    10,
    'cm7nusn643377tvmzh27m33kl',
  ],
  [
    'gemini-2.0-flash',
    'gemini',
    [0.1, 0.025, null, 0.4],
    [0.4, 170],
    1_048_576,
    'tier1',
    4,
    'cm7zsrs1327124dhjtb95w8f74',
  ],
  ['my-private-llm', 'private', null, [0.9, 40], 32_000, 'tier1', 3, ''],
];

const perToken = (perMillion: number): number => Number((perMillion / 1e6).toPrecision(12));

const toModel = ([name, provider, prices, speed, contextTokens, tier, weight, id]: Row): Model => ({
  name,
  provider,
  input: prices?.[0] ?? null,
  cachedInput: prices?.[1] ?? null,
  cacheWrite: prices?.[2] ?? null,
  output: prices?.[3] ?? null,
  firstToken: speed[0],
  tokensPerSecond: speed[1],
  contextTokens,
  tier,
  weight,
  pricing:
    prices === null
      ? null
      : { modelId: id, inputPrice: perToken(prices[0]), outputPrice: perToken(prices[3]), totalPrice: null },
  pricingTier: prices === null ? null : { id: `${id}_tier_default`, name: 'Standard' },
});

export const models: readonly Model[] = rows.map(toModel);

/** Priced by total, as embedding models are. */
export const embeddingModel = {
  name: 'text-embedding-3-small',
  totalPricePerMillion: 0.02,
  pricing: { modelId: 'clruwn3pc00010al7bl611c8o', inputPrice: null, outputPrice: null, totalPrice: 2e-8 },
  pricingTier: { id: 'clruwn3pc00010al7bl611c8o_tier_default', name: 'Standard' },
} as const;

const weightedModels = models.map((model) => [model.weight, model] as const);

export function pickModel(random: Random): Model {
  return random.weighted(weightedModels);
}

/** The model that a rate limit or a long prompt sends a call to: another family, or a larger context. */
export function pickFallback(random: Random, from: Model): Model {
  return random.pick(models.filter((model) => model.provider !== from.provider && model.pricing !== null));
}

export interface Usage {
  readonly usageDetails: Readonly<Record<string, number>>;
  readonly costDetails: Readonly<Record<string, number>>;
}

/** Tokens by kind as Langfuse counts them (cached ones are not in `input`), and their cost at the model's prices. */
export function priceUsage(model: Model, usage: Readonly<Record<string, number>>): Usage {
  const total = usage.total ?? Object.values(usage).reduce((sum, tokens) => sum + tokens, 0);
  const usageDetails = { ...usage, total };
  if (model.input === null || model.output === null) return { usageDetails, costDetails: {} };
  const prices: Readonly<Record<string, number | null>> = {
    input: model.input,
    input_cached_tokens: model.cachedInput,
    input_cache_creation: model.cacheWrite,
    output: model.output,
    output_reasoning_tokens: model.output,
  };
  const costDetails: Record<string, number> = {};
  let sum = 0;
  for (const [kind, tokens] of Object.entries(usage)) {
    const price = prices[kind];
    if (price == null) continue;
    costDetails[kind] = roundCost((tokens * price) / 1e6);
    sum += costDetails[kind];
  }
  costDetails.total = roundCost(sum);
  return { usageDetails, costDetails };
}

/** Langfuse stores costs with twelve decimals. */
export function roundCost(usd: number): number {
  return Math.round(usd * 1e12) / 1e12;
}
