import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import type {
  ExportProgress,
  ExportReport,
  ExportRequest,
  ExportStatus,
  ExportWaiting,
} from '../../protocol/engine.ts';
import type { EngineConfig } from '../config/config.ts';
import { isCancellation } from '../errors.ts';
import type { LangfuseSource, TimeWindow } from '../langfuse/records.ts';
import type { Clock, Log } from '../ports.ts';
import type { MetricsStore } from '../store/store.ts';
import { clearCheckpoints, extendCoverage, loadCoverage } from './checkpoints.ts';
import { isoTime } from './intervals.ts';
import { ProgressTracker } from './progress.ts';
import { resolveRange } from './range.ts';
import { countWindow, endRun, recordFailedStart, startRun, type RunStart } from './runs.ts';
import { RunSteps, type StepResults } from './steps.ts';

export interface ExporterOptions {
  readonly store: MetricsStore;
  readonly config: EngineConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** The script of the thread that prepares pages; the source file unless given. */
  readonly pageWorkerPath?: string;
  /** Finds the server and its project; reports waits through `onWait`. */
  readonly connect: (onWait: (waiting: ExportWaiting | null) => void, signal?: AbortSignal) => Promise<LangfuseSource>;
}

/** Cancelled while it still looked for the server: nothing was read, nothing is recorded. */
function cancelledBeforeStart(runId: string, window: TimeWindow): ExportReport {
  return {
    runId,
    status: 'cancelled',
    window: { start: isoTime(window.from), end: isoTime(window.to) },
    counts: { traces: 0, generations: 0, spans: 0, events: 0, scores: 0, prompts: 0 },
    requests: 0,
    setAside: [],
    unreconciled: [],
  };
}

/** Runs exports, one at a time a project, each from its connection to its row in export_metadata. */
export class Exporter {
  readonly #options: ExporterOptions;
  #progress: ProgressTracker | null = null;

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  /** Shows a wait that began outside the source, for another process's lock. */
  waiting(waiting: ExportWaiting | null): void {
    this.#progress?.waiting(waiting);
  }

  /**
   * @returns the report; a run cancelled by `signal` reports so
   * @throws EngineError when it failed, after export_metadata says so
   */
  async run(
    request: ExportRequest,
    onProgress: (progress: ExportProgress) => void,
    signal?: AbortSignal,
  ): Promise<ExportReport> {
    const { clock } = this.#options;
    const progress = new ProgressTracker(clock, onProgress);
    this.#progress = progress;
    const started = { runId: randomUUID(), trigger: request.trigger, startedAt: clock.now() };
    // A range that makes no sense is refused before anything is asked of the server.
    const planned = resolveRange(request.range, [], this.#options.config.export, clock.now());
    progress.phase('connecting');
    let source: LangfuseSource;
    try {
      source = await this.#options.connect((waiting) => {
        progress.waiting(waiting);
      }, signal);
    } catch (error) {
      if (isCancellation(error)) {
        return cancelledBeforeStart(started.runId, planned);
      }
      await this.#recordFailedStart({ ...started, projectId: null, window: planned }, error);
      throw error;
    }
    const lock = await this.#options.store.lockExport(source.server.projectId);
    try {
      return await this.#runLocked(request, started, source, progress, signal);
    } finally {
      this.#progress = null;
      await lock.release();
    }
  }

  async #recordFailedStart(run: RunStart, error: unknown): Promise<void> {
    const { store } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    try {
      await store.write(({ db }) => recordFailedStart(db, run, message));
      await store.flush();
    } catch (secondary) {
      // The user must read why the export failed, not that its failure could not be written down.
      this.#options.log.warn(`The failed start was not recorded: ${String(secondary)}`);
    }
  }

  async #runLocked(
    request: ExportRequest,
    started: Omit<RunStart, 'projectId' | 'window'>,
    source: LangfuseSource,
    progress: ProgressTracker,
    signal: AbortSignal | undefined,
  ): Promise<ExportReport> {
    const { store, config, clock } = this.#options;
    const { projectId } = source.server;
    const coverage = await store.read((db) => loadCoverage(db, projectId), signal);
    const window = resolveRange(request.range, coverage, config.export, clock.now());
    await store.write(({ db }) => startRun(db, { ...started, projectId, window }), signal);
    await store.flush();
    const steps = new RunSteps({ ...this.#options, source, window, progress, trigger: request.trigger, signal });
    try {
      const results = await steps.walkAll();
      progress.phase('saving');
      await store.write(async ({ db }) => {
        await clearCheckpoints(db, projectId, window);
        await extendCoverage(db, projectId, window);
      }, signal);
      return await this.#finish('completed', started.runId, window, source, results, null);
    } catch (error) {
      const soFar = steps.results();
      if (isCancellation(error)) {
        return await this.#finish('cancelled', started.runId, window, source, soFar, null);
      }
      await this.#finishFailed(started.runId, window, source, soFar, error);
      throw error;
    }
  }

  async #finish(
    status: ExportStatus,
    runId: string,
    window: TimeWindow,
    source: LangfuseSource,
    results: StepResults,
    errorMessage: string | null,
  ): Promise<ExportReport> {
    const { store, clock } = this.#options;
    const { projectId } = source.server;
    const report = await store.write(async ({ db }) => {
      const counted: ExportReport = {
        runId,
        status,
        window: { start: isoTime(window.from), end: isoTime(window.to) },
        counts: await countWindow(db, projectId, window),
        requests: source.requests,
        setAside: results.setAside,
        unreconciled: results.unreconciled,
      };
      await endRun(db, counted, { at: clock.now(), errorMessage });
      return counted;
    });
    await store.flush();
    return report;
  }

  async #finishFailed(
    runId: string,
    window: TimeWindow,
    source: LangfuseSource,
    results: StepResults,
    error: unknown,
  ): Promise<void> {
    const message = error instanceof Error ? error.message : l10n.t('Unknown failure.');
    try {
      await this.#finish('failed', runId, window, source, results, message);
    } catch (secondary) {
      // The first failure is what the user must read; the next run marks this one interrupted.
      this.#options.log.warn(`The end of the failed run was not recorded: ${String(secondary)}`);
    }
  }
}
