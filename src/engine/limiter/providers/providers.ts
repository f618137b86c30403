import type { Outcome, TokenEstimate, TokenUsage } from '../../../protocol/limiter.ts';
import { nothing, type Amounts } from '../amounts.ts';

/** What a call takes at admission. */
export interface Demand {
  /** Counted at once, and until the call is settled. */
  readonly hold: Amounts;
  /** Counted when it is reported; a lease that runs out settles at this estimate. */
  readonly later: Amounts;
}

/** How a provider counts. Facts and sources: the rate limit pages named with the presets. */
interface Provider {
  /** Where its day begins; null when its days roll or nothing is known. */
  readonly timeZone: string | null;
  demand(estimate: TokenEstimate): Demand;
  /** What a call that was made counts in the end; null where nothing better than the estimate is known. */
  actual(usage: TokenUsage, outcome: Outcome): NullableAmounts;
}

type NullableAmounts = readonly [number, number | null, number | null, number | null];

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);

/** Everything is counted from the first moment: no window is ever exceeded, however the provider counts. */
const unknown: Provider = {
  timeZone: null,
  demand: ({ tokens, inputTokens, maxOutputTokens }) => {
    const total = tokens ?? sum(inputTokens, maxOutputTokens);
    return { hold: [1, total ?? 0, inputTokens ?? tokens ?? 0, maxOutputTokens ?? tokens ?? 0], later: nothing };
  },
  actual: ({ tokens, inputTokens, outputTokens }) => [
    1,
    tokens ?? totalOf(inputTokens, outputTokens),
    inputTokens ?? null,
    outputTokens ?? null,
  ],
};

/** A call reserves the larger of `max_tokens` and what its characters suggest; failed calls count. */
const openai: Provider = {
  ...unknown,
  demand: ({ tokens, inputTokens, maxOutputTokens }) => {
    const estimate = tokens ?? inputTokens ?? 0;
    const larger = Math.max(estimate, maxOutputTokens ?? 0);
    return { hold: [1, larger, inputTokens ?? estimate, maxOutputTokens ?? 0], later: nothing };
  },
};

/** Input counts at the start, output as it is made; `max_tokens` plays no part. A failed call made no output. */
const anthropic: Provider = {
  timeZone: null,
  demand: ({ tokens, inputTokens, maxOutputTokens = 0 }) => {
    const input = inputTokens ?? tokens ?? 0;
    return { hold: [1, input, input, 0], later: [0, maxOutputTokens, 0, maxOutputTokens] };
  },
  actual: ({ tokens, inputTokens, outputTokens }, outcome) => {
    const output = outputTokens ?? (outcome === 'failed' ? 0 : null);
    return [1, tokens ?? totalOf(inputTokens, output ?? undefined), inputTokens ?? tokens ?? null, output];
  },
};

/** Only input counts as tokens; days begin at midnight in California; failed calls count. */
const gemini: Provider = {
  timeZone: 'America/Los_Angeles',
  demand: ({ tokens, inputTokens, maxOutputTokens = 0 }) => {
    const input = inputTokens ?? tokens ?? 0;
    return { hold: [1, input, input, 0], later: [0, 0, 0, maxOutputTokens] };
  },
  actual: ({ tokens, inputTokens, outputTokens }) => {
    const input = inputTokens ?? tokens ?? null;
    return [1, input, input, outputTokens ?? null];
  },
};

const providers: Readonly<Record<string, Provider>> = { openai, anthropic, gemini, google: gemini };

/** @param name in lower case */
export const providerOf = (name: string): Provider => providers[name] ?? unknown;

/** Known only when both parts are. */
const totalOf = (input: number | undefined, output: number | undefined): number | null =>
  input === undefined || output === undefined ? null : input + output;
