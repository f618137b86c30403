import * as vscode from 'vscode';
import { EngineError } from '../../engine/errors.ts';
import type { Clock } from '../../engine/ports.ts';
import type { Engine, ExportProgress, ExportReport, ExportRequest } from '../../protocol/engine.ts';

/** An export under way in this window, whoever started it. */
export interface RunningExport {
  readonly request: ExportRequest;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  readonly progress: ExportProgress | null;
}

export interface EndedExport {
  readonly request: ExportRequest;
  /** When it started. Milliseconds since the Unix epoch. */
  readonly since: number;
  /** Null when it failed. */
  readonly report: ExportReport | null;
}

/** The one export of this window: commands and the timer start it here, everything that shows it listens here. */
export class ExportController implements vscode.Disposable {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #ended = new vscode.EventEmitter<EndedExport>();
  #running: (RunningExport & { readonly abort: AbortController; readonly done: Promise<ExportReport> }) | null = null;

  /** An export started or ended, or its progress moved. */
  readonly onDidChange = this.#changed.event;
  readonly onDidEnd = this.#ended.event;

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  get running(): RunningExport | null {
    return this.#running;
  }

  /**
   * Runs one export to its end; a cancelled one resolves with status "cancelled".
   * @throws EngineError export.alreadyRunning when this window exports already, and what the engine throws
   */
  async run(request: ExportRequest, signal?: AbortSignal): Promise<ExportReport> {
    if (this.#running !== null) {
      throw new EngineError('export.alreadyRunning', vscode.l10n.t('An export is already running in this window.'));
    }
    const abort = new AbortController();
    const cancel = (): void => abort.abort();
    signal?.addEventListener('abort', cancel, { once: true });
    const done = this.#engine.export(request, (progress) => this.#tell(progress), abort.signal);
    const since = this.#clock.now();
    this.#running = { request, since, progress: null, abort, done };
    this.#changed.fire();
    let report: ExportReport | null = null;
    try {
      report = await done;
      return report;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#running = null;
      this.#changed.fire();
      this.#ended.fire({ request, since, report });
    }
  }

  /** The end of the export under way; null when there is none. */
  join(): Promise<ExportReport> | null {
    return this.#running?.done ?? null;
  }

  /** Cancels the export under way, if any. What it has finished is kept. */
  cancel(): void {
    this.#running?.abort.abort();
  }

  dispose(): void {
    this.cancel();
    this.#changed.dispose();
    this.#ended.dispose();
  }

  #tell(progress: ExportProgress): void {
    if (this.#running !== null) {
      this.#running = { ...this.#running, progress };
      this.#changed.fire();
    }
  }
}
