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

/**
 * Pages in the server's order, the next one requested as soon as its cursor is known, while the
 * caller works on the last. A caller that stops early aborts it.
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
  let next = fetchPage(options.cursor, signal);
  try {
    for (;;) {
      const page = await next;
      if (page.cursor !== null) {
        if (visited.has(page.cursor)) {
          throw onLoop();
        }
        visited.add(page.cursor);
        next = fetchPage(page.cursor, signal);
        // A failure is thrown when its page is due; until then nobody awaits it.
        next.catch(() => undefined);
      }
      yield page;
      if (page.cursor === null) {
        return;
      }
    }
  } finally {
    abandoned.abort();
  }
}
