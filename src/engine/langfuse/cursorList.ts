import * as z from 'zod';
import type { LangfuseHttp } from './http.ts';
import type { PageSize } from './pageSize.ts';
import type { Budget } from './quota.ts';
import type { FetchPage } from './walk.ts';

/** Body of v2/observations and v3/scores. The cursor is opaque; the last page has none. */
export const cursorBody = z.object({
  data: z.array(z.unknown()),
  meta: z.object({ cursor: z.string().nullish() }),
});

/** The cursor holds a position alone, so the whole query goes with it every time. */
export function cursorList(
  http: LangfuseHttp,
  list: {
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly budget: Budget;
    readonly pageSize: PageSize;
  },
): FetchPage {
  return async (cursor, signal) => {
    const query = (): Record<string, string> => ({
      ...list.query,
      limit: String(list.pageSize.current),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const { path, budget, pageSize } = list;
    const body = await http.read(cursorBody, { path, query, budget, pageSize, signal });
    return { rows: body.data, received: body.data.length, cursor: body.meta.cursor ?? null };
  };
}
