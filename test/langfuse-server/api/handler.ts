import type { Dataset } from '../data/dataset.ts';
import type { LangfuseServerOptions } from '../options.ts';
import type { TraceDraft } from './ingestion.ts';
import type { RowCache } from './rowCache.ts';

/** What every endpoint works with. */
export interface ApiContext {
  readonly options: LangfuseServerOptions;
  readonly dataset: Dataset;
  readonly rowCache: RowCache;
  /** What legacy senders said so far, by trace id: their events merge. */
  readonly drafts: Map<string, TraceDraft>;
  /** Runs now, or after the ingestion delay. */
  readonly ingest: (write: () => void) => void;
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** A fault will change a row: the answer must be an object, not serialised JSON. */
  readonly asObject: boolean;
}

export interface ApiAnswer {
  readonly status?: number;
  /** An object, or its JSON already serialised. */
  readonly body: object;
  /** Rows in the page, for the request log. */
  readonly rows?: number;
}

/** `part` is the path segment behind the endpoint's own path, decoded. */
export type Handler = (context: ApiContext, request: ApiRequest, part: string) => ApiAnswer;
