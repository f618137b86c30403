import * as z from 'zod';
import { number, wireNumber } from './fields.ts';
import type { FetchPage, RawPage } from './walk.ts';

/** Body of the legacy lists: pages counted from 1, with a full count of the window. */
export const pagedBody = z.object({
  data: z.array(z.unknown()),
  meta: z.object({ totalItems: wireNumber, totalPages: wireNumber }),
});

export interface PagedAnswer {
  readonly body: z.output<typeof pagedBody>;
  /** Rows that were asked for: the page size may have changed since. */
  readonly limit: number;
}

/** @param offset rows before the wanted ones; the page that holds them is `floor(offset / limit) + 1` */
export type RequestPage = (offset: number, signal: AbortSignal) => Promise<PagedAnswer>;

/**
 * Fetches a legacy list by offset. ClickHouse may repeat or leave out rows of equal start time at page
 * edges (langfuse/langfuse pull request 15910), and rows that arrive meanwhile shift the rest: repeated
 * rows are dropped, and a walk that saw fewer rows than the server counts is walked once more.
 * The cursor is `pass:offset`.
 */
export function pagedList(requestPage: RequestPage, onShort: (missing: number) => void): FetchPage<RawPage> {
  const seen = new Map<string, unknown>();
  let fromStart = false;

  return async (cursor, signal): Promise<RawPage> => {
    const { pass, offset } = readCursor(cursor);
    fromStart ||= cursor === undefined;
    const { body, limit } = await requestPage(offset, signal);
    const page = Math.floor(offset / limit) + 1;
    const received = body.data.length;
    const rows = body.data.filter((row, index) => isNew(seen, row, (page - 1) * limit + index));
    const total = number(body.meta.totalItems) ?? 0;
    if (body.data.length > 0 && page * limit < total) {
      return { rows, received, cursor: `${String(pass)}:${String(page * limit)}` };
    }
    // Rows can only go missing at the edges between pages, and only a whole walk can be counted.
    if (fromStart && page > 1 && seen.size < total) {
      if (pass === 1) {
        return { rows, received, cursor: '2:0' };
      }
      onShort(total - seen.size);
    }
    return { rows, received, cursor: null };
  };
}

function readCursor(cursor: string | undefined): { pass: number; offset: number } {
  const [pass = 1, offset = 0] = cursor?.split(':').map(Number) ?? [];
  return { pass, offset };
}

/** A row seen before counts as new when it was updated in between. */
function isNew(seen: Map<string, unknown>, row: unknown, position: number): boolean {
  const { id, updatedAt } = (row ?? {}) as { id?: unknown; updatedAt?: unknown };
  const key = typeof id === 'string' ? id : `#${String(position)}`;
  if (seen.has(key) && seen.get(key) === updatedAt) {
    return false;
  }
  seen.set(key, updatedAt);
  return true;
}
