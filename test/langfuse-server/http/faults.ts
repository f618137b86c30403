import { ApiError } from './apiError.ts';
import { RateLimited } from './quota.ts';

/** What goes wrong. Each is one way in which exporters were seen to fail. */
export type FaultKind =
  /** The server itself: JSON body. */
  | 'http500'
  /** The database ran out of time: 422 with "Request timed out". */
  | 'timeout422'
  /** A proxy in front of it: HTML body. */
  | 'html502'
  /** The Cloud's edge gave up on a slow query: HTML body. */
  | 'http524'
  /** 429 of another client of the organisation; Retry-After is 1 second. */
  | 'http429'
  /** The connection ends after half of the body. */
  | 'reset'
  /** Status 200, but the JSON ends in the middle. */
  | 'truncated'
  /** No byte is ever sent. */
  | 'hang'
  /** The body comes in small pieces over about `dripMs`. */
  | 'drip'
  /** One row of the page has a start time that is none. */
  | 'malformedRow'
  /** The key stops working. */
  | 'unauthorized';

export interface FaultRule {
  readonly kind: FaultKind;
  /** Part of the path that a request must have to count; every API request counts when absent. */
  readonly path?: string;
  /** Every n-th request that counts. */
  readonly every?: number;
  /** These ones, counted from 1. */
  readonly at?: readonly number[];
  /** malformedRow only: this row, whenever it is in a page, instead of one of the page. */
  readonly rowId?: string;
  /** drip only; default 2000. */
  readonly dripMs?: number;
}

/** Decides by count alone which request fails and how: the same requests fail the same way again. */
export class FaultPlan {
  readonly #rules: readonly { readonly rule: FaultRule; seen: number }[];

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules.map((rule) => ({ rule, seen: 0 }));
  }

  /** Counts the request; the first rule that hits wins. */
  next(path: string): FaultRule | undefined {
    let hit: FaultRule | undefined;
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (rule.path !== undefined && !path.includes(rule.path)) continue;
      entry.seen++;
      if (hits(rule, entry.seen)) hit ??= rule;
    }
    return hit;
  }
}

function hits(rule: FaultRule, count: number): boolean {
  if (rule.rowId !== undefined) return true;
  return (rule.every !== undefined && count % rule.every === 0) || rule.at?.includes(count) === true;
}

/** The error that a fault answers with; null for faults that spoil a good answer. */
export function faultAnswer(fault: FaultRule | undefined): ApiError | null {
  if (fault?.kind === 'http429') return new RateLimited(1000, 1, new Date(Date.now() + 1000));
  const error = fault === undefined ? undefined : errors[fault.kind];
  return error === undefined ? null : new ApiError(error.status, error.body);
}

const errors: Partial<Record<FaultKind, Pick<ApiError, 'status' | 'body'>>> = {
  http500: { status: 500, body: { message: 'Internal Server Error', error: 'An unknown error occurred' } },
  timeout422: { status: 422, body: { message: 'Request timed out', error: 'Request timed out' } },
  unauthorized: {
    status: 401,
    body: { message: "Invalid credentials. Confirm that you've configured the correct host." },
  },
};

/** Gives one row of the page a time that is none. */
export function spoilRow(answer: unknown, fault: FaultRule, requestNumber: number): void {
  const { data } = answer as { data?: Record<string, unknown>[] };
  if (data === undefined || data.length === 0) return;
  const row = fault.rowId === undefined ? data[requestNumber % data.length] : data.find(({ id }) => id === fault.rowId);
  if (row === undefined) return;
  const key = 'startTime' in row ? 'startTime' : 'timestamp';
  row[key] = 'not a time';
}
