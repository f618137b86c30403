import type { ExportTrigger, SetAsideRow, UnreconciledDay } from '../../protocol/engine.ts';
import type { LangfuseSource, SourcePage, TimeWindow } from '../langfuse/records.ts';
import { rollUp } from '../store/rollups/rollUp.ts';
import type { WriteTransaction } from '../store/store.ts';
import { auditCounts, storedIds } from './audit.ts';
import { deriveChanged } from './derive/derive.ts';
import { promptId } from './derive/derivedRows.ts';
import { knownVersions, retireVersions, storePrompts } from './derive/promptVariants.ts';
import type { ExporterOptions } from './exporter.ts';
import { isoTime, utcDay } from './intervals.ts';
import { refreshModelPrices } from './modelPrices.ts';
import { ObservationPages } from './observationPages.ts';
import type { PreparedPage } from './preparedPage.ts';
import type { ProgressTracker } from './progress.ts';
import { scoreRow, traceRow } from './rows.ts';
import { sideBySide } from './sideBySide.ts';
import { storeObservations } from './storePage.ts';
import { walkRange, type WalkOptions, type WalkTally } from './walk.ts';
import { countGranularity, deservesCounts } from './windowPlan.ts';

export interface StepResults {
  readonly setAside: readonly SetAsideRow[];
  readonly unreconciled: readonly UnreconciledDay[];
}

interface RunStepsOptions extends ExporterOptions {
  readonly source: LangfuseSource;
  readonly window: TimeWindow;
  readonly progress: ProgressTracker;
  readonly trigger: ExportTrigger;
  readonly signal: AbortSignal | undefined;
}

/** Rows that a legacy list endpoint gives at most. */
const legacyPageSize = 100;

/** Observations that are worth a thread before the size of the first page is known. */
const manyRows = 10_000;

/** The steps of one export, in the order in which later ones need earlier ones. */
export class RunSteps {
  readonly #options: RunStepsOptions;
  readonly #pages: ObservationPages;
  readonly #observations: WalkTally = { received: new Map(), setAside: [] };
  /** Traces, scores and prompts: no server counts them for an audit. */
  readonly #others: WalkTally = { received: new Map(), setAside: [] };
  #unreconciled: readonly UnreconciledDay[] = [];

  constructor(options: RunStepsOptions) {
    this.#options = options;
    const { source, config, pageWorkerPath } = options;
    this.#pages = new ObservationPages(
      {
        projectId: source.server.projectId,
        textLimit: config.export.capturedTextLength,
        mutable: source.server.generation === 'legacy',
      },
      pageWorkerPath,
    );
  }

  /** What the steps found so far. */
  results(): StepResults {
    return {
      setAside: [...this.#observations.setAside, ...this.#others.setAside],
      unreconciled: this.#unreconciled,
    };
  }

  /** @throws AbortError when cancelled, EngineError when the source or the store fails */
  async walkAll(): Promise<StepResults> {
    try {
      return await this.#walkSteps();
    } finally {
      await this.#pages.close();
    }
  }

  async #walkSteps(): Promise<StepResults> {
    const { source, progress, window, config, signal } = this.#options;
    const pageSize = source.server.generation === 'legacy' ? legacyPageSize : config.export.pageSize;
    const counts = await this.#serverCounts();
    const expected = counts === null ? null : [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (source.server.generation === 'events' && (expected ?? 0) > manyRows) {
      this.#pages.expectMany();
    }
    progress.begin(source, window, pageSize, expected);
    progress.phase('observations');
    // While one stream waits for the network, another is stored.
    await sideBySide(signal, [
      async (shared) => {
        await this.#walkTraces(shared);
        await this.#walkObservations(pageSize, counts, shared);
        progress.phase('scores');
      },
      async (shared) => {
        await this.#walkScores(shared);
        await this.#storePrompts(shared);
        const { store, source, clock } = this.#options;
        await refreshModelPrices({ store, source, now: clock.now(), signal: shared });
      },
    ]);
    await this.#options.store.writeAhead();
    await this.#derive();
    if (counts !== null) {
      await this.#audit(counts);
    }
    return this.results();
  }

  /**
   * The server's own counts, for planning windows and for the audit. They cost a request of the
   * scarcest quota (100 a day on Hobby), so a timer asks once a day, a person's command always.
   */
  async #serverCounts(): Promise<ReadonlyMap<number, number> | null> {
    const { source, window, signal, trigger } = this.#options;
    const granularity = countGranularity(window);
    if (granularity === null) {
      return null;
    }
    const timed = trigger === 'timer' || trigger === 'service';
    if (timed && !deservesCounts(window) && (await this.#ranToday())) {
      return null;
    }
    return source.countObservations(window, granularity, signal);
  }

  async #ranToday(): Promise<boolean> {
    const { store, source, window } = this.#options;
    const last = await store.read((db) =>
      db
        .selectFrom('export_metadata')
        .select('export_started_at')
        .where('langfuse_project_id', '=', source.server.projectId)
        .where('status', '=', 'completed')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst(),
    );
    return last?.export_started_at.startsWith(utcDay(window.to)) ?? false;
  }

  async #walk<P extends SourcePage<unknown> | PreparedPage>(
    walk: Pick<WalkOptions<P>, 'stream' | 'pageSize' | 'counts' | 'pages' | 'hoursOf' | 'storePage'>,
    tally: WalkTally,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, clock, log, source, window, progress } = this.#options;
    const observed = walk.stream === 'observations';
    const projectId = source.server.projectId;
    await walkRange(
      {
        ...walk,
        store,
        clock,
        log,
        projectId,
        range: window,
        onPage: (page) => {
          progress.page(observed ? page.received : 0, page.setAside.length);
        },
        onWindow: ({ to }) => {
          if (observed) {
            progress.walkedUntil(to);
          }
        },
        signal,
      },
      tally,
    );
  }

  async #walkTraces(signal: AbortSignal): Promise<void> {
    const { source, progress, config } = this.#options;
    if (source.server.generation !== 'legacy') {
      return;
    }
    await this.#walk(
      {
        stream: 'traces',
        pageSize: legacyPageSize,
        counts: null,
        pages: (window, options) => source.traces(window, options),
        hoursOf: null,
        storePage: async (transaction, { rows }) => {
          const { changed } = await transaction.upsertTraces(
            rows.map((trace) => traceRow(trace, config.export.capturedTextLength)),
          );
          const changedIds = changed.flatMap((index) => rows[index]?.id ?? []);
          await transaction.queueDerivation(source.server.projectId, changedIds);
          return () => {
            progress.add('traces', rows.length);
          };
        },
      },
      this.#others,
      signal,
    );
  }

  async #walkObservations(
    pageSize: number,
    counts: ReadonlyMap<number, number> | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { source } = this.#options;
    await this.#walk(
      {
        stream: 'observations',
        pageSize,
        counts,
        pages: (window, options) => source.observations(window, options, this.#pages),
        hoursOf: (page) => page.hours,
        storePage: (transaction, page) => this.#storeObservations(transaction, page),
      },
      this.#observations,
      signal,
    );
  }

  /** @returns what to do once the transaction is committed */
  async #storeObservations(transaction: WriteTransaction, page: PreparedPage): Promise<() => void> {
    const { source, progress } = this.#options;
    await storeObservations(transaction, source.server.projectId, page);
    return () => {
      progress.add('generations', page.tables.llm_generations.length);
      progress.add('spans', page.tables.llm_spans.length);
      progress.add('events', page.tables.llm_events.length);
    };
  }

  async #walkScores(signal: AbortSignal): Promise<void> {
    const { source, progress } = this.#options;
    await this.#walk(
      {
        stream: 'scores',
        pageSize: null,
        counts: null,
        pages: (window, options) => source.scores(window, options),
        hoursOf: null,
        storePage: async (transaction, { rows }) => {
          const { changed } = await transaction.upsert('llm_scores', rows.map(scoreRow));
          const traceIds = new Set(changed.flatMap((index) => rows[index]?.traceId ?? []));
          await transaction.queueDerivation(source.server.projectId, [...traceIds]);
          return () => {
            progress.add('scores', rows.length);
          };
        },
      },
      this.#others,
      signal,
    );
  }

  async #storePrompts(signal: AbortSignal): Promise<void> {
    const { store, source, progress } = this.#options;
    const { projectId } = source.server;
    const known = await store.read((db) => knownVersions(db, projectId), signal);
    const listed = new Set<string>();
    for await (const page of source.prompts(known, signal)) {
      await store.write((transaction) => storePrompts(transaction, page.rows), signal);
      for (const row of page.rows) {
        listed.add(promptId(row.name, row.version));
      }
      this.#others.setAside.push(...page.setAside);
      progress.add('prompts', page.rows.length);
      progress.page(0, page.setAside.length);
    }
    await store.write(({ db }) => retireVersions(db, projectId, listed), signal);
  }

  async #derive(): Promise<void> {
    const { store, source, config, progress, signal } = this.#options;
    progress.phase('deriving');
    await deriveChanged(store, source.server.projectId, config.outcome, signal);
    // What the audit changed, or a run left that did not come to the end of a window.
    await store.write((transaction) => rollUp(transaction, store.dialect, source.server.projectId), signal);
  }

  async #audit(counts: ReadonlyMap<number, number>): Promise<void> {
    const { store, source, window, progress, signal } = this.#options;
    progress.phase('auditing');
    this.#unreconciled = await auditCounts({
      projectId: source.server.projectId,
      range: window,
      granularity: countGranularity(window) ?? 'day',
      server: counts,
      received: this.#observations.received,
      read: (work) => store.read(work, signal),
      walkAgain: (part) => this.#walkAgain(part),
    });
    await this.#derive();
  }

  /** A row that was unreadable in one of two walks was so on its way only, and is stored. */
  async #walkAgain(window: TimeWindow): Promise<number> {
    const { store, source, log, signal } = this.#options;
    log.info(`audit: walking ${isoTime(window.from)} to ${isoTime(window.to)} again`);
    const unreadable: SetAsideRow[] = [...this.#observations.setAside];
    let received = 0;
    const options = signal === undefined ? {} : { signal };
    for await (const page of source.observations(window, options, this.#pages)) {
      const onStored = await store.write((transaction) => this.#storeObservations(transaction, page), signal);
      onStored();
      received += page.received;
      unreadable.push(...page.setAside);
    }
    const byId = new Map(unreadable.map((row) => [row.id, row]));
    const { projectId } = source.server;
    const stored = await store.read((db) => storedIds(db, projectId, [...byId.keys()]), signal);
    const missing = [...byId.values()].filter(({ id }) => !stored.has(id));
    this.#observations.setAside.splice(0, Number.POSITIVE_INFINITY, ...missing);
    return received;
  }
}
