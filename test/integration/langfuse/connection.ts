import type { ExportWaiting } from '../../../src/protocol/engine.ts';
import { connectLangfuse, type ConnectOptions } from '../../../src/engine/langfuse/connect.ts';
import { parseCursorPage } from '../../../src/engine/langfuse/cursorList.ts';
import { normaliseObservations } from '../../../src/engine/langfuse/normaliseObservation.ts';
import type {
  LangfuseSource,
  ObservationRecord,
  PageOptions,
  PageReader,
  SourcePage,
  TimeWindow,
} from '../../../src/engine/langfuse/records.ts';
import type { Log } from '../../../src/engine/ports.ts';
import { VirtualClock } from '../../unit/langfuse/virtualClock.ts';

export const secretKey = 'sk-lf-very-secret';

export class RecordingLog implements Log {
  readonly lines: string[] = [];
  readonly trace = (message: string): void => void this.lines.push(message);
  readonly debug = this.trace;
  readonly info = this.trace;
  readonly warn = this.trace;
  readonly error = this.trace;
}

/** A connection on virtual time: waits take none, and are written down. */
export class Connection {
  readonly clock = new VirtualClock();
  readonly log = new RecordingLog();
  readonly waits: (ExportWaiting | null)[] = [];
  readonly #options: ConnectOptions;

  constructor(baseUrl: string, options: Partial<ConnectOptions> = {}) {
    this.#options = {
      credentials: { baseUrl, publicKey: 'pk-lf-1', secretKey },
      plan: 'auto',
      pageSize: 1000,
      clock: this.clock,
      fetch: (url, init) => fetch(url, init),
      log: this.log,
      onWait: (waiting) => this.waits.push(waiting),
      random: () => 0.5,
      ...options,
    };
  }

  open(signal?: AbortSignal): Promise<LangfuseSource> {
    return connectLangfuse(this.#options, signal);
  }
}

export const everything: TimeWindow = {
  from: Date.parse('2026-11-20T00:00:00.000Z'),
  to: Date.parse('2026-11-25T00:00:00.000Z'),
};

export async function collect<T>(pages: AsyncIterable<SourcePage<T>>): Promise<SourcePage<T>[]> {
  const all: SourcePage<T>[] = [];
  for await (const page of pages) {
    all.push(page);
  }
  return all;
}

export async function rowsOf<T>(pages: AsyncIterable<SourcePage<T>>): Promise<T[]> {
  return (await collect(pages)).flatMap((page) => page.rows);
}

/** Hands the records over as they are. */
const asTheyAre = (projectId: string): PageReader<SourcePage<ObservationRecord>> => ({
  read: (body) =>
    new Promise((resolve) => {
      const raw = parseCursorPage(Buffer.concat(body));
      resolve(raw && { cursor: raw.cursor, page: Promise.resolve(normaliseObservations(raw, projectId)) });
    }),
  take: (page) => page,
});

export function observationsOf(
  source: LangfuseSource,
  window: TimeWindow,
  options: PageOptions,
): AsyncIterable<SourcePage<ObservationRecord>> {
  return source.observations(window, options, asTheyAre(source.server.projectId));
}
