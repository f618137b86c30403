import * as l10n from '@vscode/l10n';
import type { EngineError } from '../errors.ts';
import { retryAfterMilliseconds } from './backoff.ts';
import { TimedOut, type RawReply } from './exchange.ts';
import { malformed, messageOf, networkProblem, unavailable, type Reply } from './failures.ts';
import { isObject } from './fields.ts';

/** What one attempt led to. */
export type Outcome = { readonly kind: 'reply' | 'tooLarge'; readonly reply: Reply } | Throttled | Fault;

export interface Throttled {
  readonly kind: 'throttled';
  readonly retryAfterMs: number | null;
  /** The size of the quota's window, when the answer names it. */
  readonly limit: number | null;
}

/** What may be over with the next attempt. */
export interface Fault {
  readonly kind: 'fault';
  readonly detail: string;
  readonly retryAfterMs: number | null;
  /** The server itself says that the query was too much for it. */
  readonly heavy: boolean;
  readonly final: boolean;
  /** What to throw when it was the last attempt. */
  readonly error: (attempts: number) => EngineError;
}

export interface Place {
  readonly host: string;
  readonly path: string;
}

export interface Attempt extends Place {
  /** Milliseconds since the epoch, for Retry-After dates. */
  readonly now: number;
}

/**
 * Sorts an answer by what to do about it.
 * @param json what its body holds; undefined when that is no whole JSON
 */
export function judgeReply(raw: RawReply, json: unknown, attempt: Attempt): Outcome {
  const { status } = raw;
  if (status === 429) {
    return throttled(raw, json, attempt.now);
  }
  if (status === 408 || (status >= 500 && status !== 501)) {
    return serverFault(raw, attempt, `HTTP ${String(status)}`);
  }
  if (status === 200 && json === undefined && !isPage(raw)) {
    // Cut off on its way: the next attempt usually arrives whole.
    const detail = l10n.t('incomplete answer');
    const error = (): EngineError => malformed(attempt.host, attempt.path, detail);
    return { kind: 'fault', detail, retryAfterMs: null, heavy: false, final: false, error };
  }
  const reply: Reply = { status, json, location: raw.headers.get('location') };
  if (isTooLarge(reply)) {
    return { kind: 'tooLarge', reply };
  }
  // ClickHouse ran out of time or memory, which a busy moment may cause as well as the page's size.
  return status === 422 ? serverFault(raw, attempt, `HTTP 422: ${messageOf(json) ?? ''}`) : { kind: 'reply', reply };
}

/** Sorts what fetch or its guards threw; not for a caller's own cancellation. */
export function judgeFailure(error: unknown, { host, path }: Place): Fault {
  const common = { kind: 'fault', retryAfterMs: null, heavy: false } as const;
  if (error instanceof TimedOut) {
    const detail = l10n.t('no answer in time');
    const failed = (attempts: number): EngineError => unavailable(host, path, detail, attempts);
    return { ...common, detail, final: false, error: failed };
  }
  const problem = networkProblem(error, host);
  return { ...common, detail: problem.detail, final: problem.final, error: () => problem.error };
}

/** Current servers send headers, older ones a body or plain text. */
function throttled(raw: RawReply, json: unknown, now: number): Throttled {
  const details = isObject(json) && isObject(json.details) ? json.details : {};
  const seconds = Number(details.retryAfterSeconds ?? NaN);
  const limit = Number(raw.headers.get('x-ratelimit-limit') ?? details.limit ?? NaN);
  const fromHeader = retryAfterMilliseconds(raw.headers.get('retry-after'), now);
  return {
    kind: 'throttled',
    retryAfterMs: fromHeader ?? (Number.isFinite(seconds) ? seconds * 1000 : null),
    limit: Number.isFinite(limit) ? limit : null,
  };
}

function serverFault(raw: RawReply, { host, path, now }: Attempt, detail: string): Fault {
  const retryAfterMs = retryAfterMilliseconds(raw.headers.get('retry-after'), now);
  const error = (attempts: number): EngineError => unavailable(host, path, detail, attempts);
  return { kind: 'fault', detail, retryAfterMs, heavy: raw.status === 422, final: false, error };
}

/** An answer over the limit, by a proxy or, as 422 with this name, by Langfuse itself. */
function isTooLarge({ status, json }: Reply): boolean {
  return status === 413 || (status === 422 && isObject(json) && json.error === 'PayloadTooLargeError');
}

/** HTML where JSON was asked for: a sign-in page or another product, not a fault on the way. */
function isPage(raw: RawReply): boolean {
  return raw.headers.get('content-type')?.includes('text/html') === true;
}
