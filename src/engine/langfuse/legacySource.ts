import { refusal } from './failures.ts';
import { readModelPrices } from './modelPrices.ts';
import { normaliseObservation } from './normaliseObservation.ts';
import { normaliseLegacyScore } from './normaliseScore.ts';
import { normaliseTrace } from './normaliseTrace.ts';
import { pagedBody, pagedList } from './pagedList.ts';
import { bounds, readPages, type ProjectReader } from './projectReader.ts';
import { PromptReader } from './prompts.ts';
import type {
  LangfuseSource,
  ObservationRecord,
  PageOptions,
  ScoreRecord,
  SourcePage,
  TimeWindow,
  TraceRecord,
} from './records.ts';
import { readScores, scoresPath } from './scores.ts';
import type { FetchPage } from './walk.ts';

const tracesPath = '/api/public/traces';
const observationsPath = '/api/public/observations';
/** Newest first: v2 knows scores of sessions too, the oldest servers have v1 alone. */
const legacyScorePaths = ['/api/public/v2/scores', '/api/public/scores'] as const;
const gone: ReadonlySet<number> = new Set([404, 405, 410, 501]);

/** A self-hosted Langfuse v3, or v4 in legacy mode: the lists of v1, paged by number. */
export function legacySource(reader: ProjectReader): LangfuseSource {
  const { http, server, budgets } = reader;
  const prompts = new PromptReader(http, server.projectId);
  const scores = new LegacyScores(reader);
  return {
    server,
    get requests() {
      return http.requests;
    },
    observations(window, options): AsyncIterable<SourcePage<ObservationRecord>> {
      const { from, to } = bounds(window);
      const fetchPage = numberedPages(reader, 'observations', observationsPath, {
        fromStartTime: from,
        toStartTime: to,
      });
      const list = { stream: 'observations', path: observationsPath, fetchPage, map: normaliseObservation } as const;
      return readPages(reader, list, window, options);
    },
    traces(window, options): AsyncIterable<SourcePage<TraceRecord>> {
      const { from, to } = bounds(window);
      // Without `fields` the server joins scores, observations and metrics, which is slow and unused.
      const fetchPage = numberedPages(reader, 'traces', tracesPath, {
        fields: 'core,io',
        orderBy: 'timestamp.asc',
        fromTimestamp: from,
        toTimestamp: to,
      });
      const list = { stream: 'traces', path: tracesPath, fetchPage, map: normaliseTrace } as const;
      return readPages(reader, list, window, options);
    },
    scores: (window, options) => scores.read(window, options),
    prompts: (known, signal) => prompts.read(known, signal),
    // v2/metrics counts the events table, which this generation does not fill.
    countObservations: () => Promise.resolve(null),
    modelPrices: (page, signal) => readModelPrices(reader, page, signal),
    estimateSeconds: (requests) => budgets.legacy.estimateSeconds(requests),
  };
}

function numberedPages(
  reader: ProjectReader,
  stream: 'observations' | 'traces' | 'scores',
  path: string,
  query: Readonly<Record<string, string>>,
): FetchPage {
  const pageSize = reader.pageSizes[stream];
  return pagedList(
    async (offset, signal) => {
      let limit = pageSize.current;
      const body = await reader.http.read(pagedBody, {
        path,
        query: () => {
          limit = pageSize.current;
          return { ...query, limit: String(limit), page: String(Math.floor(offset / limit) + 1) };
        },
        budget: reader.budgets.legacy,
        pageSize,
        signal,
      });
      return { body, limit };
    },
    (missing) =>
      reader.log.warn(`${path}: after two walks the server counts ${String(missing)} rows more than it gave`),
  );
}

/** Scores of servers from 3.180 on through v3, of older ones through v2 or v1; found out at the first call. */
class LegacyScores {
  readonly #reader: ProjectReader;
  #path: string | null = null;

  constructor(reader: ProjectReader) {
    this.#reader = reader;
  }

  async *read(window: TimeWindow, options: PageOptions): AsyncGenerator<SourcePage<ScoreRecord>, void, undefined> {
    if (window.from >= window.to) {
      return;
    }
    this.#path ??= await this.#findPath(options.signal);
    if (this.#path === scoresPath) {
      yield* readScores(this.#reader, window, options);
      return;
    }
    const { from, to } = bounds(window);
    const path = this.#path;
    const fetchPage = numberedPages(this.#reader, 'scores', path, { fromTimestamp: from, toTimestamp: to });
    const list = { stream: 'scores', path, fetchPage, map: normaliseLegacyScore } as const;
    yield* readPages(this.#reader, list, window, options);
  }

  async #findPath(signal: AbortSignal | undefined): Promise<string> {
    const { http, budgets, log } = this.#reader;
    for (const path of [scoresPath, ...legacyScorePaths]) {
      const budget = path === scoresPath ? budgets.general : budgets.legacy;
      const reply = await http.request({ path, query: () => ({ limit: '1' }), budget, signal });
      if (reply.status === 200 && reply.json !== undefined) {
        log.info(`scores are read from ${path}`);
        return path;
      }
      if (!gone.has(reply.status) && reply.status !== 200) {
        throw refusal(reply, http.host, path);
      }
    }
    throw refusal({ status: 404, json: undefined, location: null }, http.host, scoresPath);
  }
}
