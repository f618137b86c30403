import * as z from 'zod';
import type { HttpRequest, LangfuseHttp } from './http.ts';
import { MalformedPage, shapeProblem } from './json.ts';
import type { PageSize } from './pageSize.ts';
import { parsePageText } from './pageText.ts';
import type { Budget } from './quota.ts';
import type { OpenedPage, PageReader } from './records.ts';
import type { FetchPage, RawPage } from './walk.ts';

/** Body of v2/observations and v3/scores. The cursor is opaque; the last page has none. */
export const cursorBody = z.object({
  data: z.array(z.unknown()),
  meta: z.object({ cursor: z.string().nullish() }),
});

interface CursorList {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly budget: Budget;
  readonly pageSize: PageSize;
}

export function cursorList(http: LangfuseHttp, list: CursorList): FetchPage<RawPage> {
  return async (cursor, signal) => toRawPage(await http.read(cursorBody, pageRequest(list, cursor, signal)));
}

/** Like `cursorList`, with the bodies left to `reader`. */
export function openedList<P>(http: LangfuseHttp, list: CursorList, reader: PageReader<P>): FetchPage<OpenedPage<P>> {
  return (cursor, signal) =>
    http.open({
      ...pageRequest(list, cursor, signal),
      decode: (body) => reader.read(body),
      exchange: () => reader.exchange?.() ?? null,
    });
}

/**
 * @param body JSON in UTF-8
 * @returns undefined when it is no whole JSON
 * @throws MalformedPage when it is JSON of another shape
 */
export function parseCursorPage(body: Buffer): RawPage | undefined {
  const json = parsePageText(body);
  if (json === undefined) {
    return undefined;
  }
  const result = cursorBody.safeParse(json);
  if (!result.success) {
    throw new MalformedPage(shapeProblem(result.error));
  }
  return toRawPage(result.data);
}

function toRawPage({ data, meta }: z.output<typeof cursorBody>): RawPage {
  return { rows: data, received: data.length, cursor: meta.cursor ?? null };
}

/** The cursor holds a position alone, so the whole query goes with it every time. */
function pageRequest(list: CursorList, cursor: string | undefined, signal: AbortSignal): HttpRequest {
  const { path, budget, pageSize } = list;
  const query = (): Record<string, string> => ({
    ...list.query,
    limit: String(pageSize.current),
    ...(cursor === undefined ? {} : { cursor }),
  });
  return { path, query, budget, pageSize, signal };
}
