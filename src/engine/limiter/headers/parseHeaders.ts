import type { Dimension, ResponseHeaders } from '../../../protocol/limiter.ts';

/** What a response said about one dimension. */
export interface HeaderReading {
  readonly dimension: Dimension;
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Until all is free again. */
  readonly resetMs: number | null;
  /** The provider rounds what remains to this. */
  readonly roundedTo: number;
}

export interface HeadersReading {
  readonly readings: readonly HeaderReading[];
  /** For how long no call may be made; null when that was not said. */
  readonly retryAfterMs: number | null;
}

interface Family {
  readonly name: (field: 'limit' | 'remaining' | 'reset', dimension: string) => string;
  readonly roundedTo: Readonly<Partial<Record<Dimension, number>>>;
}

/** OpenAI, and those who copy it; Anthropic rounds tokens to thousands. */
const families: readonly Family[] = [
  { name: (field, dimension) => `x-ratelimit-${field}-${dimension}`, roundedTo: {} },
  {
    name: (field, dimension) => `anthropic-ratelimit-${dimension}-${field}`,
    roundedTo: { tokens: 1000, input_tokens: 1000, output_tokens: 1000 },
  },
];

const headerNames: readonly (readonly [Dimension, string])[] = [
  ['requests', 'requests'],
  ['tokens', 'tokens'],
  ['input_tokens', 'input-tokens'],
  ['output_tokens', 'output-tokens'],
];

/**
 * Reads the headers by which providers tell their limits; what is missing or unreadable is left out.
 * @param headers by lower-case name
 * @param wall milliseconds since the Unix epoch, for times of day
 */
export function parseHeaders(headers: ResponseHeaders, wall: number): HeadersReading {
  const readings = families.flatMap(({ name, roundedTo }) =>
    headerNames.map(([dimension, header]): HeaderReading => ({
      dimension,
      limit: wholeNumber(headers[name('limit', header)]),
      remaining: wholeNumber(headers[name('remaining', header)]),
      resetMs: moment(headers[name('reset', header)], wall),
      roundedTo: roundedTo[dimension] ?? 1,
    })),
  );
  return {
    readings: readings.filter(({ limit, remaining }) => limit !== null || remaining !== null),
    retryAfterMs: retryAfter(headers, wall),
  };
}

function retryAfter(headers: ResponseHeaders, wall: number): number | null {
  const milliseconds = wholeNumber(headers['retry-after-ms']);
  return milliseconds ?? moment(headers['retry-after'], wall);
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** Milliseconds from now: "6m0s", "20ms", "1.5" (seconds), an RFC 3339 or an HTTP date. */
function moment(text: string | undefined, wall: number): number | null {
  const trimmed = text?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    return Math.ceil(Number(trimmed) * unitMs.s);
  }
  if (/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(trimmed)) {
    const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)];
    return Math.ceil(
      parts.reduce((sum, [, value, unit]) => sum + Number(value) * unitMs[unit as keyof typeof unitMs], 0),
    );
  }
  const date = /^\d{4}-|^[A-Z][a-z]{2},/.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(date - wall, 0);
}
