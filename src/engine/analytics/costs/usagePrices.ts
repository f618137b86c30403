/** USD a token by usage kind, under Langfuse's names (`input`, `input_cached_tokens`, `output_reasoning_tokens`, …). */
export type UsagePrices = Readonly<Record<string, number>>;

type KindClass = 'cacheRead' | 'cacheWrite' | 'output' | 'input' | 'total' | 'other';

/** What a price was taken from when the model has none for the very kind. */
export type Substitute = 'uncachedInput' | 'plainTokens';

export interface KindPrice {
  readonly price: number;
  /** Null: the model's own price for this kind of usage. */
  readonly substitute: Substitute | null;
}

/**
 * What a token of one usage kind costs. Providers and SDKs name the same kind in several ways
 * (input_cached_tokens, input_cache_read, cache_read_input_tokens), so that a kind that has no price
 * of its own name takes that of its class. A model without a price for reading or writing its cache
 * charges what plain input costs.
 * @returns null for what is not counted in tokens (searches), and where the model has no such price
 */
export function priceOfKind(kind: string, prices: UsagePrices): KindPrice | null {
  const exact = prices[kind];
  if (exact !== undefined) {
    return { price: exact, substitute: null };
  }
  const wanted = classOf(kind);
  if (wanted === 'other') {
    return null;
  }
  const plain = pricesOfClass(prices, wanted);
  if (plain !== null) {
    return { price: plain, substitute: isPlain(kind) ? null : 'plainTokens' };
  }
  const input = wanted.startsWith('cache') ? pricesOfClass(prices, 'input') : null;
  if (input !== null) {
    return { price: input, substitute: 'uncachedInput' };
  }
  const flat = wanted === 'total' ? null : prices.total;
  return flat === undefined || flat === null ? null : { price: flat, substitute: null };
}

function classOf(kind: string): KindClass {
  const name = kind.toLowerCase();
  if (name.includes('cache')) {
    return /creation|write/.test(name) ? 'cacheWrite' : 'cacheRead';
  }
  if (/output|completion|candidates|reasoning|thoughts/.test(name)) {
    return 'output';
  }
  if (/input|prompt/.test(name)) {
    return 'input';
  }
  return name === 'total' ? 'total' : 'other';
}

/** Tokens of text at the usual rate. Audio, images and caches kept for an hour cost otherwise. */
function isPlain(kind: string): boolean {
  return !/audio|image|video|1h/i.test(kind);
}

function pricesOfClass(prices: UsagePrices, wanted: KindClass): number | null {
  const found = Object.entries(prices)
    .filter(([kind]) => classOf(kind) === wanted && isPlain(kind))
    // `input` before `input_text_tokens`: the plainest name is the usual rate.
    .sort(([a], [b]) => a.length - b.length);
  return found[0]?.[1] ?? null;
}
