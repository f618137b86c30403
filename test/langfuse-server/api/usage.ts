import { embeddingModel, models, priceUsage, roundCost } from '../data/models.ts';
import type { ModelPricing, PricingTier } from '../data/types.ts';

export interface PricedUsage {
  readonly pricing: ModelPricing | null;
  readonly pricingTier: PricingTier | null;
  readonly usageDetails: Readonly<Record<string, number>>;
  readonly costDetails: Readonly<Record<string, number>>;
}

/** Prices what a sender reported. If it gave any cost, none is computed; a total is added to both. */
export function priceReported(
  model: string,
  usage: Readonly<Record<string, number>>,
  cost: Readonly<Record<string, number>>,
): PricedUsage {
  const known =
    models.find(({ name }) => name === model) ?? (model === embeddingModel.name ? embeddingModel : undefined);
  const usageDetails = withTotal(usage);
  const used = Object.keys(usage).length > 0;
  const pricing = known?.pricing ?? null;
  const pricingTier = used ? (known?.pricingTier ?? null) : null;
  if (Object.keys(cost).length > 0) return { pricing, pricingTier, usageDetails, costDetails: withTotal(cost) };
  if (known === undefined || !used) return { pricing, pricingTier, usageDetails, costDetails: {} };
  if ('totalPricePerMillion' in known) {
    const total = roundCost(((usageDetails.total ?? 0) * known.totalPricePerMillion) / 1e6);
    return { pricing, pricingTier, usageDetails, costDetails: { total } };
  }
  return { pricing, pricingTier, usageDetails, costDetails: priceUsage(known, usage).costDetails };
}

function withTotal(details: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const values = Object.values(details);
  if (values.length === 0 || details.total !== undefined) return details;
  return { ...details, total: values.reduce((sum, value) => sum + value, 0) };
}

/** Numbers of a map, whatever else is in it. */
export function numbersOf(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

const dialects: readonly (readonly [key: string, input: string, output: string, total: string, details: string])[] = [
  ['prompt_tokens', 'prompt_tokens', 'completion_tokens', 'total_tokens', 'prompt_tokens_details'],
  ['input_tokens', 'input_tokens', 'output_tokens', 'total_tokens', 'input_tokens_details'],
  ['promptTokens', 'promptTokens', 'completionTokens', 'totalTokens', ''],
];

/** The dialects that senders speak: a free map, OpenAI's two, and the first SDKs'. Details are taken out of input. */
export function readUsage(value: unknown): Record<string, number> {
  const numbers = numbersOf(value);
  const dialect = dialects.find(([key]) => key in numbers);
  if (dialect === undefined) return numbers;
  const [, inputKey, outputKey, totalKey, detailsKey] = dialect;
  const details = numbersOf((value as Record<string, unknown>)[detailsKey]);
  const inDetails = Object.values(details).reduce((sum, tokens) => sum + tokens, 0);
  return {
    input: (numbers[inputKey] ?? 0) - inDetails,
    output: numbers[outputKey] ?? 0,
    ...(numbers[totalKey] === undefined ? {} : { total: numbers[totalKey] }),
    ...Object.fromEntries(Object.entries(details).map(([key, tokens]) => [`input_${key}`, tokens])),
  };
}
