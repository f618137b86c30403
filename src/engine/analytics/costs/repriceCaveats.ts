import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../../format/numbers.ts';
import type { ModelPrices } from './modelPrices.ts';
import type { Substitute } from './usagePrices.ts';

/** What was taken for granted on the way. */
interface PricingNotes {
  readonly prices: ModelPrices;
  readonly substitutes: ReadonlySet<Substitute>;
  /** Usage kinds that the model has no price for. */
  readonly unpriced: ReadonlySet<string>;
  readonly callsWithoutUsage: number;
  readonly callsWithoutCost: number;
  /** Calls of embedding models where others are priced, and the other way round. */
  readonly otherKind: number;
}

/** What a repriced sum takes for granted, in sentences. */
export function caveatsOf(notes: PricingNotes, numbers: Numbers): readonly string[] {
  const { prices, substitutes, unpriced, callsWithoutUsage, callsWithoutCost, otherKind } = notes;
  const caveats = [
    l10n.t('The same number of tokens is assumed: another model counts tokens otherwise and writes longer or shorter.'),
  ];
  if (prices.page !== null) {
    caveats.push(l10n.t('By the {0}: {1}', prices.source, prices.page));
  }
  if (prices.tiered) {
    caveats.push(l10n.t('The model charges more for long prompts; its usual price is taken for all.'));
  }
  if (substitutes.has('uncachedInput')) {
    caveats.push(l10n.t('The model has no price of its own for its prompt cache: cached tokens are charged as input.'));
  }
  if (substitutes.has('plainTokens')) {
    caveats.push(l10n.t('Audio, images and hour-long caches are charged at the model’s usual price.'));
  }
  if (unpriced.size > 0) {
    caveats.push(l10n.t('Without a price, and left out: {0}.', [...unpriced].sort().join(', ')));
  }
  if (callsWithoutUsage > 0) {
    caveats.push(l10n.t('Calls without usage, left out: {0}.', numbers.count(callsWithoutUsage)));
  }
  if (callsWithoutCost > 0) {
    caveats.push(
      l10n.t('Calls whose own cost is unknown, left out of the change: {0}.', numbers.count(callsWithoutCost)),
    );
  }
  if (otherKind > 0) {
    caveats.push(
      l10n.t('Calls of another kind (embeddings, or all but those), left out: {0}.', numbers.count(otherKind)),
    );
  }
  return caveats;
}
