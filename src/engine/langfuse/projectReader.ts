import type { ServerInfo } from '../../protocol/engine.ts';
import type { Log } from '../ports.ts';
import type { LangfuseHttp } from './http.ts';
import { PageSize } from './pageSize.ts';
import type { Budgets } from './quota.ts';
import type { PageOptions, SourcePage, TimeWindow } from './records.ts';
import { mapRows } from './rows.ts';
import { cursorLoop, walk, type FetchPage, type RawPage } from './walk.ts';

/** The most that the legacy lists, scores and prompts give in one page. */
export const smallPage = 100;

/** What the sources of both generations work with. */
export interface ProjectReader {
  readonly http: LangfuseHttp;
  readonly server: ServerInfo;
  readonly budgets: Budgets;
  readonly log: Log;
  /** Shared by all walks of a stream: what was too large for one window is so for the next. */
  readonly pageSizes: {
    readonly observations: PageSize;
    readonly traces: PageSize;
    readonly scores: PageSize;
  };
}

/** @param observations rows of a page of observations, at most what the generation allows */
export function pageSizes(observations: number): ProjectReader['pageSizes'] {
  return {
    observations: new PageSize(observations),
    traces: new PageSize(smallPage),
    scores: new PageSize(smallPage),
  };
}

/** Walks one list and maps its rows; an empty window sends nothing. */
export async function* readPages<T>(
  reader: ProjectReader,
  list: {
    readonly stream: 'observations' | 'traces' | 'scores';
    readonly path: string;
    readonly fetchPage: FetchPage<RawPage>;
    readonly map: (wire: unknown, projectId: string) => T;
  },
  window: TimeWindow,
  options: PageOptions,
): AsyncGenerator<SourcePage<T>, void, undefined> {
  if (window.from >= window.to) {
    return;
  }
  const { projectId } = reader.server;
  for await (const page of walk(list.fetchPage, options, () => cursorLoop(reader.http, list.path))) {
    const mapped = mapRows(list.stream, page.rows, (row) => list.map(row, projectId));
    yield { ...mapped, received: page.received, cursor: page.cursor };
  }
}

/** Both bounds with milliseconds and Z: servers reject times without a zone. */
export function bounds(window: TimeWindow): { readonly from: string; readonly to: string } {
  return { from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString() };
}
