import * as vscode from 'vscode';
import type { Coverage, Engine, ExportRun } from '../../protocol/engine.ts';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';

/** What the database says about its exports. */
export interface RunList {
  /** Newest first. */
  readonly runs: readonly ExportRun[];
  /** True when the database holds older ones. */
  readonly more: boolean;
  readonly coverage: readonly Coverage[];
}

const pageSize = 30;
const lastExportKey = 'runs.lastExport';
const noRuns: RunList = { runs: [], more: false, coverage: [] };

/**
 * The runs that are in the database. Read when something shows them and again when they changed, so that
 * a window that shows none never opens the database.
 */
export class RunHistory implements vscode.Disposable {
  readonly #engine: Pick<Engine, 'runs' | 'coverage'>;
  readonly #database: MetricsDatabase;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #read = new vscode.EventEmitter<RunList>();
  #limit = pageSize;
  #list: Promise<RunList> | null = null;

  /** What is shown may be out of date; `list` reads anew. */
  readonly onDidChange = this.#changed.event;
  readonly onDidRead = this.#read.event;

  constructor(engine: Pick<Engine, 'runs' | 'coverage'>, database: MetricsDatabase, memory: vscode.Memento) {
    this.#engine = engine;
    this.#database = database;
    this.#memory = memory;
  }

  /** When the newest completed export ended, as last seen, without opening the database. Milliseconds since the Unix epoch. */
  get lastExportAt(): number | null {
    return this.#memory.get<number | null>(lastExportKey, null);
  }

  /** @throws EngineError when the database cannot be read */
  list(): Promise<RunList> {
    this.#list ??= this.#load();
    return this.#list;
  }

  refresh(): void {
    this.#list = null;
    this.#changed.fire();
  }

  loadMore(): void {
    this.#limit += pageSize;
    this.refresh();
  }

  /** The run with this id among those read, or null. */
  async find(runId: string): Promise<ExportRun | null> {
    const { runs } = await this.list();
    return runs.find((run) => run.runId === runId) ?? null;
  }

  dispose(): void {
    this.#changed.dispose();
    this.#read.dispose();
  }

  async #load(): Promise<RunList> {
    const list = await this.#query();
    await this.#remember(list.runs);
    this.#read.fire(list);
    return list;
  }

  async #query(): Promise<RunList> {
    if (!(await this.#database.mayExist())) {
      return noRuns;
    }
    const [runs, coverage] = await Promise.all([this.#engine.runs(this.#limit + 1), this.#engine.coverage()]);
    return { runs: runs.slice(0, this.#limit), more: runs.length > this.#limit, coverage };
  }

  async #remember(runs: readonly ExportRun[]): Promise<void> {
    const newest = runs.find(({ status }) => status === 'completed');
    const endedAt = newest?.completedAt == null ? null : Date.parse(newest.completedAt);
    if (endedAt !== this.lastExportAt) {
      await this.#memory.update(lastExportKey, endedAt);
    }
  }
}
