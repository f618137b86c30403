import * as l10n from '@vscode/l10n';
import path from 'node:path';
import type {
  Coverage,
  Credentials,
  Engine,
  ExportProgress,
  ExportReport,
  ExportRequest,
  ExportRun,
  MoveProgress,
  MoveReport,
  MoveRequest,
  QueryLimits,
  QueryResult,
  RateRequest,
  RecordBatch,
  RecordResult,
  ServerInfo,
  SetupResult,
} from '../protocol/engine.ts';
import type { AlertReport } from '../protocol/analytics.ts';
import type { DocumentUses, DocumentUsesRequest, PromptUse, PromptUsesRequest } from '../protocol/promptUses.ts';
import type { QuestionAnswer, QuestionName, QuestionParams } from '../protocol/questions.ts';
import { evaluateAlerts } from './analytics/alerts/alerts.ts';
import type { EngineConfig } from './config/config.ts';
import { Numbers } from '../format/numbers.ts';
import { EngineError } from './errors.ts';
import { allCoverage } from './export/checkpoints.ts';
import { Exporter } from './export/exporter.ts';
import { listRuns } from './export/runs.ts';
import { connectLangfuse } from './langfuse/connect.ts';
import { QuotaRegistry } from './langfuse/quota.ts';
import type { LangfuseSource } from './langfuse/records.ts';
import { databaseAt, checkEnds } from './move/database.ts';
import { moveDatabase } from './move/move.ts';
import type { Clock, Fetch, Log } from './ports.ts';
import type { PromptUseFinder } from './promptUses/promptUseFinder.ts';
import { rate } from './rating/rate.ts';
import { recordBatch } from './record/record.ts';
import { openStore } from './store/openStore.ts';
import { queueEverything, rollUp } from './store/rollups/rollUp.ts';
import { withEmptyDatabase } from './store/sqlite/emptyDatabase.ts';
import { sqliteSqlDialect } from './store/sqlite/sqliteSqlDialect.ts';
import type { MetricsStore, OnLockWait } from './store/store.ts';
import { answerQuestion } from './questions/questions.ts';

export interface EngineOptions {
  readonly config: EngineConfig;
  readonly log: Log;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** What this process is, for those who wait for it: "VS Code", "export", "serve". */
  readonly purpose: string;
  /** Where sql-wasm.wasm lies, with pageWorker.js beside it; by default in the sql.js package, and a source file. */
  readonly wasmPath?: string;
  /** BCP 47, for numbers in texts; by default English. */
  readonly language?: string;
}

/** The product without an editor. Opens nothing before it is asked something. */
export function openEngine(options: EngineOptions): Engine {
  return new LocalEngine(options);
}

class LocalEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #store: MetricsStore;
  readonly #exporter: Exporter;
  readonly #quotas: QuotaRegistry;
  readonly #numbers: Numbers;
  #promptUses: Promise<PromptUseFinder> | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { config, clock, log, wasmPath } = options;
    this.#quotas = new QuotaRegistry(clock);
    this.#numbers = new Numbers(options.language ?? 'en');
    this.#store = this.#openStore(config, (holder) => {
      this.#exporter.waiting(holder === null ? null : { reason: 'lock', seconds: null, detail: holder });
    });
    this.#exporter = new Exporter({
      store: this.#store,
      config,
      clock,
      log,
      connect: (onWait, signal) => this.#connect(this.#credentials(), onWait, signal),
      ...(wasmPath === undefined ? {} : { pageWorkerPath: path.join(path.dirname(wasmPath), 'pageWorker.js') }),
    });
  }

  async setup(signal?: AbortSignal): Promise<SetupResult> {
    const result = await this.#store.setup(signal);
    // A migration may have noted every hour of an older database.
    await this.#store.write((transaction) => rollUp(transaction, this.#store.dialect, null), signal);
    await this.#store.flush();
    return result;
  }

  async rebuildRollups(signal?: AbortSignal): Promise<{ readonly hours: number }> {
    const { dialect } = this.#store;
    const hours = await this.#store.write(async (transaction) => {
      await queueEverything(transaction.db, dialect);
      return rollUp(transaction, dialect, null);
    }, signal);
    await this.#store.flush();
    return { hours };
  }

  export(
    request: ExportRequest,
    onProgress: (progress: ExportProgress) => void,
    signal?: AbortSignal,
  ): Promise<ExportReport> {
    return this.#exporter.run(request, onProgress, signal);
  }

  async runs(limit: number): Promise<readonly ExportRun[]> {
    return (await this.#store.exists()) ? this.#store.read((db) => listRuns(db, limit)) : [];
  }

  async coverage(): Promise<readonly Coverage[]> {
    return (await this.#store.exists()) ? this.#store.read(allCoverage) : [];
  }

  async ask<Q extends QuestionName>(
    question: Q,
    params: QuestionParams<Q>,
    signal?: AbortSignal,
  ): Promise<QuestionAnswer<Q>> {
    const { config, clock, wasmPath } = this.#options;
    const context = { clock, config, numbers: this.#numbers, signal };
    if (!(await this.#store.exists())) {
      return withEmptyDatabase(wasmPath, (db) =>
        answerQuestion(question, params, { ...context, db, dialect: sqliteSqlDialect }),
      );
    }
    const { dialect } = this.#store;
    return this.#store.read((db) => answerQuestion(question, params, { ...context, db, dialect }), signal);
  }

  evaluateAlerts(signal?: AbortSignal): Promise<AlertReport> {
    const { config, clock, wasmPath } = this.#options;
    return evaluateAlerts({ store: this.#store, config, clock, numbers: this.#numbers, wasmPath }, signal);
  }

  async findPromptUses(request: PromptUsesRequest, signal?: AbortSignal): Promise<readonly PromptUse[]> {
    return (await this.#promptUseFinder()).find(request, signal);
  }

  async documentPromptUses(request: DocumentUsesRequest, signal?: AbortSignal): Promise<DocumentUses> {
    return (await this.#promptUseFinder()).findIn(request, signal);
  }

  query(sql: string, limits: QueryLimits, signal?: AbortSignal): Promise<QueryResult> {
    return this.#store.query(sql, limits, signal);
  }

  record(batch: RecordBatch, signal?: AbortSignal): Promise<RecordResult> {
    return recordBatch(this.#store, this.#options.config, batch, signal);
  }

  async move(
    request: MoveRequest,
    onProgress: (progress: MoveProgress) => void,
    signal?: AbortSignal,
  ): Promise<MoveReport> {
    const { config, clock, log } = this.#options;
    const cutoff = request.days === null ? null : new Date(clock.now() - request.days * 86_400_000).toISOString();
    const from = request.from === null ? config : databaseAt(config, request.from);
    const to = databaseAt(config, request.to);
    const logWait = (holder: string | null): void => {
      if (holder !== null) {
        log.info(`Waiting for the database: ${holder}`);
      }
    };
    const source = request.from === null ? this.#store : this.#openStore(from, logWait);
    const target = this.#openStore(to, logWait);
    try {
      await checkEnds({ config: from, store: source }, { config: to, store: target });
      return await moveDatabase({ source, target, cutoff, signal }, onProgress);
    } finally {
      await target.close();
      if (source !== this.#store) {
        await source.close();
      }
    }
  }

  async rate(request: RateRequest, signal?: AbortSignal): Promise<void> {
    const credentials = this.#credentials();
    const { server } = await this.#connect(credentials, () => undefined, signal);
    const { config, clock } = this.#options;
    await rate({ store: this.#store, config, clock, credentials, projectId: server.projectId }, request);
  }

  async testCredentials(credentials: Credentials, signal?: AbortSignal): Promise<ServerInfo> {
    const source = await this.#connect(credentials, () => undefined, signal);
    return source.server;
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #openStore(config: EngineConfig, onLockWait: OnLockWait): MetricsStore {
    const { clock, log, purpose, wasmPath } = this.#options;
    return openStore({ config, clock, log, purpose, onLockWait, ...(wasmPath === undefined ? {} : { wasmPath }) });
  }

  #promptUseFinder(): Promise<PromptUseFinder> {
    this.#promptUses ??= this.#createPromptUseFinder();
    return this.#promptUses;
  }

  /** Parsers for YAML and JSON load with it, and no other call needs them. */
  async #createPromptUseFinder(): Promise<PromptUseFinder> {
    const { PromptUseFinder } = await import('./promptUses/promptUseFinder.ts');
    const { readCatalogue } = await import('./promptUses/readCatalogue.ts');
    const { config, wasmPath } = this.#options;
    return new PromptUseFinder({
      workspace: config.workspace,
      grammars: wasmPath === undefined ? undefined : path.dirname(wasmPath),
      catalogue: async () => ((await this.#store.exists()) ? this.#store.read(readCatalogue) : null),
    });
  }

  #credentials(): Credentials {
    const credentials = this.#options.config.langfuse;
    if (credentials === null) {
      throw new EngineError('config.missingKeys', l10n.t('No Langfuse keys are set.'), {
        hint: l10n.t('Set a public key, a secret key and the address of the server.'),
      });
    }
    return credentials;
  }

  #connect(
    credentials: Credentials,
    onWait: Parameters<typeof connectLangfuse>[0]['onWait'],
    signal?: AbortSignal,
  ): Promise<LangfuseSource> {
    const { config, clock, fetch, log } = this.#options;
    const { plan, pageSize } = config.export;
    return connectLangfuse({ credentials, plan, pageSize, clock, fetch, log, onWait, quotas: this.#quotas }, signal);
  }
}
