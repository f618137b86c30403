import type { Dimension, LimitInForce, Window } from '../../../protocol/limiter.ts';
import { dimensions, windows } from '../../../protocol/limiter.ts';
import type { Rule } from './rules.ts';

type Numbers = Partial<Record<Dimension, Partial<Record<Window, number>>>>;

interface Preset {
  readonly provider: string;
  /** When the numbers were taken from the source. */
  readonly date: string;
  readonly url: string;
  readonly timeZone: string | null;
  readonly burstSeconds: number | null;
  /** Numbers by tier and model. */
  readonly tiers: Readonly<Record<string, Readonly<Record<string, Numbers>>>>;
}

const thousand = 1_000;
const million = 1_000_000;

/** Requests and tokens a minute, and requests a day where the provider limits them. */
const perMinute = (requests: number, tokens: number, requestsPerDay?: number): Numbers => ({
  requests: { minute: requests, ...(requestsPerDay === undefined ? {} : { day: requestsPerDay }) },
  tokens: { minute: tokens },
});

const inAndOut = (requests: number, input: number, output: number): Numbers => ({
  requests: { minute: requests },
  input_tokens: { minute: input },
  output_tokens: { minute: output },
});

/** Anthropic pools a class of models, whatever their version. */
const anthropicClasses = (requests: number, input: number, output: number): Readonly<Record<string, Numbers>> => ({
  'claude-opus-*': inAndOut(requests, input, output),
  'claude-sonnet-*': inAndOut(requests, input, output),
  'claude-haiku-*': inAndOut(requests, input, output),
});

/**
 * What providers grant by default. Accounts differ and numbers change, so they are dated, a header
 * of a response overrules them, and so does an entry of the limits file with numbers of its own.
 */
const presets: readonly Preset[] = [
  {
    provider: 'openai',
    date: '2025-09-15',
    url: 'https://platform.openai.com/docs/models',
    timeZone: null,
    burstSeconds: null,
    tiers: {
      tier1: {
        'gpt-4o': perMinute(500, 30 * thousand),
        'gpt-4o-mini': perMinute(500, 200 * thousand, 10 * thousand),
        'gpt-4.1': perMinute(500, 30 * thousand),
        'gpt-4.1-mini': perMinute(500, 200 * thousand),
        'gpt-5': perMinute(500, 500 * thousand),
        'gpt-5-mini': perMinute(500, 500 * thousand),
      },
      tier2: {
        'gpt-4o': perMinute(5 * thousand, 450 * thousand),
        'gpt-4o-mini': perMinute(5 * thousand, 2 * million),
        'gpt-4.1': perMinute(5 * thousand, 450 * thousand),
        'gpt-4.1-mini': perMinute(5 * thousand, 2 * million),
        'gpt-5': perMinute(5 * thousand, 1 * million),
        'gpt-5-mini': perMinute(5 * thousand, 2 * million),
      },
      tier3: {
        'gpt-4o': perMinute(5 * thousand, 800 * thousand),
        'gpt-4o-mini': perMinute(5 * thousand, 4 * million),
        'gpt-4.1': perMinute(5 * thousand, 800 * thousand),
        'gpt-4.1-mini': perMinute(5 * thousand, 4 * million),
        'gpt-5': perMinute(5 * thousand, 2 * million),
        'gpt-5-mini': perMinute(5 * thousand, 4 * million),
      },
      tier4: {
        'gpt-4o': perMinute(10 * thousand, 2 * million),
        'gpt-4o-mini': perMinute(10 * thousand, 10 * million),
        'gpt-4.1': perMinute(10 * thousand, 2 * million),
        'gpt-4.1-mini': perMinute(10 * thousand, 10 * million),
        'gpt-5': perMinute(10 * thousand, 4 * million),
        'gpt-5-mini': perMinute(10 * thousand, 10 * million),
      },
      tier5: {
        'gpt-4o': perMinute(10 * thousand, 30 * million),
        'gpt-4o-mini': perMinute(30 * thousand, 150 * million),
        'gpt-4.1': perMinute(10 * thousand, 30 * million),
        'gpt-4.1-mini': perMinute(30 * thousand, 150 * million),
        'gpt-5': perMinute(15 * thousand, 40 * million),
        'gpt-5-mini': perMinute(30 * thousand, 180 * million),
      },
    },
  },
  {
    provider: 'anthropic',
    date: '2026-11-15',
    url: 'https://platform.claude.com/docs/en/api/rate-limits',
    timeZone: null,
    // Its bucket refills all the time, and it may enforce 60 a minute as one a second.
    burstSeconds: 15,
    tiers: {
      start: {
        ...anthropicClasses(thousand, 2 * million, 400 * thousand),
        'claude-fable-*': inAndOut(thousand, 500 * thousand, 100 * thousand),
      },
      build: anthropicClasses(5 * thousand, 5 * million, million),
      scale: {
        ...anthropicClasses(10 * thousand, 10 * million, 2 * million),
        'claude-fable-*': inAndOut(4 * thousand, 4 * million, 800 * thousand),
      },
    },
  },
  {
    provider: 'gemini',
    date: '2025-09-15',
    url: 'https://ai.google.dev/gemini-api/docs/rate-limits',
    timeZone: 'America/Los_Angeles',
    burstSeconds: null,
    tiers: {
      free: {
        'gemini-2.5-pro': perMinute(5, 125 * thousand, 100),
        'gemini-2.5-flash': perMinute(10, 250 * thousand, 250),
        'gemini-2.5-flash-lite': perMinute(15, 250 * thousand, 1000),
      },
      tier1: {
        'gemini-2.5-pro': perMinute(150, 2 * million, 10 * thousand),
        'gemini-2.5-flash': perMinute(thousand, million, 10 * thousand),
        'gemini-2.5-flash-lite': perMinute(4 * thousand, 4 * million),
      },
      tier2: {
        'gemini-2.5-pro': perMinute(thousand, 5 * million, 50 * thousand),
        'gemini-2.5-flash': perMinute(2 * thousand, 3 * million, 100 * thousand),
        'gemini-2.5-flash-lite': perMinute(10 * thousand, 10 * million),
      },
      tier3: {
        'gemini-2.5-pro': perMinute(2 * thousand, 8 * million),
        'gemini-2.5-flash': perMinute(10 * thousand, 8 * million),
        'gemini-2.5-flash-lite': perMinute(30 * thousand, 30 * million),
      },
    },
  },
];

/** The preset's rules of a provider's tier; none when there is no such preset. */
export function presetRules(provider: string, tier: string): readonly Rule[] {
  const preset = presets.find((candidate) => candidate.provider === provider);
  const models = preset?.tiers[tier];
  if (preset === undefined || models === undefined) {
    return [];
  }
  const { date, url, timeZone, burstSeconds } = preset;
  return Object.entries(models).map(([model, numbers]) => ({
    provider,
    model,
    tier,
    timeZone,
    burstSeconds,
    limits: limitsOf(numbers, { kind: 'preset', date, url }),
  }));
}

/** Tiers that a provider's presets know, for messages. */
export function presetTiers(provider: string): readonly string[] {
  return Object.keys(presets.find((candidate) => candidate.provider === provider)?.tiers ?? {});
}

export function limitsOf(numbers: Numbers, source: LimitInForce['source']): LimitInForce[] {
  return dimensions.flatMap((dimension) =>
    windows.flatMap((window) => {
      const limit = numbers[dimension]?.[window];
      return limit === undefined ? [] : [{ dimension, window, limit, source }];
    }),
  );
}
