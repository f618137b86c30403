import * as l10n from '@vscode/l10n';
import type { EngineError } from '../errors.ts';
import { malformed } from './failures.ts';
import type { LangfuseHttp } from './http.ts';
import type { PageOptions } from './records.ts';

export interface RawPage {
  readonly rows: readonly unknown[];
  /** Rows on the wire, repeated ones included. */
  readonly received: number;
  /** Null after the last page. A page may be short or empty and still have one. */
  readonly cursor: string | null;
}

export type FetchPage<P> = (cursor: string | undefined, signal: AbortSignal) => Promise<P>;

/** A cursor came a second time: the walk would never end. */
export function cursorLoop(http: LangfuseHttp, path: string): EngineError {
  return malformed(http.host, path, l10n.t('the same cursor twice'));
}

/** Pages beyond the caller's: while one is read in another thread, the next comes over the network. */
const pagesAhead = 2;

/**
 * Pages in the server's order. While the caller works on one, the next two are fetched, each requested
 * as soon as its cursor is known. A caller that stops early aborts that.
 * @param onLoop makes the error for a cursor that came before
 */
export async function* walk<P extends { readonly cursor: string | null }>(
  fetchPage: FetchPage<P>,
  options: PageOptions,
  onLoop: () => Error,
): AsyncGenerator<P, void, undefined> {
  const abandoned = new AbortController();
  const signal = options.signal === undefined ? abandoned.signal : AbortSignal.any([options.signal, abandoned.signal]);
  const visited = new Set<string | null>([options.cursor ?? null]);
  const requested: Promise<P>[] = [];
  /** Where the next request begins; null at the end, and while the page that tells is on its way. */
  let known: string | null = null;

  const request = (cursor: string | undefined): void => {
    const page = fetchPage(cursor, signal).then((fetched) => {
      if (fetched.cursor !== null && visited.has(fetched.cursor)) {
        throw onLoop();
      }
      visited.add(fetched.cursor);
      known = fetched.cursor;
      requestKnown();
      return fetched;
    });
    // A failure is thrown when its page is due; until then nobody awaits it.
    page.catch(() => undefined);
    requested.push(page);
  };
  const requestKnown = (): void => {
    if (known !== null && requested.length < pagesAhead) {
      const cursor = known;
      known = null;
      request(cursor);
    }
  };

  request(options.cursor);
  try {
    for (let next = requested.shift(); next !== undefined; next = requested.shift()) {
      const page = await next;
      requestKnown();
      yield page;
    }
  } finally {
    abandoned.abort();
  }
}
