import * as vscode from 'vscode';
import { EngineError } from '../../engine/errors.ts';
import { BackgroundExport, type BackgroundState } from '../../engine/export/background.ts';
import type { Clock } from '../../engine/ports.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import type { ContextKeyWriter } from '../context/contextKeys.ts';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import type { EndedExport, ExportController } from '../exports/exportController.ts';
import type { KeyStore } from '../keys/keyStore.ts';
import type { Messages } from '../messages/messages.ts';
import { settingsSection } from '../settings/settingNames.ts';
import { readSetting } from '../settings/settings.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';

/** A window that opens has more urgent things to do than an export. */
const settleMilliseconds = 15_000;
const enabledKey = 'background.enabled';
const lastStartKey = 'background.lastStart';

export interface BackgroundTimerOptions {
  readonly controller: ExportController;
  readonly folder: ExportFolder;
  readonly keys: KeyStore;
  readonly database: Pick<MetricsDatabase, 'onDidChange'>;
  readonly memory: vscode.Memento;
  readonly messages: Pick<Messages, 'show'>;
  readonly contextKeys: ContextKeyWriter;
  readonly clock: Clock;
}

/**
 * Keeps the database up to date in the background while there are a trusted folder and keys and the
 * person has not stopped it. "Stop" and "Start" are remembered for the workspace and outweigh the
 * setting until the setting changes.
 */
export class BackgroundTimer implements vscode.Disposable {
  readonly #options: BackgroundTimerOptions;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  #export: BackgroundExport | null = null;
  #state: BackgroundState = { kind: 'stopped', lastRun: null };
  #told: ErrorData | null = null;
  #arranging: Promise<void> = Promise.resolve();

  readonly onDidChange = this.#changed.event;

  constructor(options: BackgroundTimerOptions) {
    this.#options = options;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      options.folder.onDidChange(() => this.arrange()),
      options.keys.onDidChange(() => void this.#startAnew()),
      options.database.onDidChange(() => void this.#startAnew()),
      options.controller.onDidEnd((ended) => void this.#follow(ended)),
      vscode.workspace.onDidChangeConfiguration((event) => void this.#followSettings(event)),
    );
  }

  get state(): BackgroundState {
    return this.#state;
  }

  /** @throws SetupNeeded without a folder to export into */
  async setEnabled(enabled: boolean): Promise<void> {
    await this.#options.folder.require();
    await this.#options.memory.update(enabledKey, enabled);
    await this.arrange();
  }

  /** Starts, stops or restarts the timer as folder, keys and settings now demand. */
  arrange(): Promise<void> {
    this.#arranging = this.#arranging.then(() => this.#rearrange());
    return this.#arranging;
  }

  dispose(): void {
    void this.#export?.stop();
    this.#subscriptions.dispose();
  }

  /** Another project or another database: what was exported before says nothing about when it is due. */
  async #startAnew(): Promise<void> {
    await this.#options.memory.update(lastStartKey, undefined);
    await this.arrange();
  }

  /** A whole export by command counts as the run that was due, and shows that refused keys work again. */
  async #follow({ request, since, report }: EndedExport): Promise<void> {
    if (request.trigger === 'command' && request.range === null && report?.status === 'completed') {
      await this.#options.memory.update(lastStartKey, since);
      await this.arrange();
    }
  }

  async #followSettings(event: vscode.ConfigurationChangeEvent): Promise<void> {
    if (event.affectsConfiguration(`${settingsSection}.export.background`)) {
      await this.#options.memory.update(enabledKey, undefined);
      await this.arrange();
    } else if (event.affectsConfiguration(`${settingsSection}.export.intervalMinutes`)) {
      await this.arrange();
    }
  }

  async #rearrange(): Promise<void> {
    const { folder: folders, keys, memory, contextKeys } = this.#options;
    await this.#export?.stop();
    this.#export = null;
    const folder = await folders.find();
    const enabled = folder !== null && memory.get<boolean>(enabledKey, readSetting(folder, 'export.background'));
    await contextKeys.set('langfuseMetrics.background', enabled);
    if (folder === null || !enabled || (await keys.read()) === null) {
      this.#changed.fire();
      return;
    }
    this.#export = this.#create(readInterval(folder));
    this.#export.start();
  }

  #create(intervalMinutes: number): BackgroundExport {
    const { clock, memory, controller } = this.#options;
    const due = memory.get<number>(lastStartKey, 0) + intervalMinutes * 60_000;
    return new BackgroundExport({
      clock,
      intervalMinutes,
      firstRunAfterMilliseconds: Math.max(due - clock.now(), settleMilliseconds),
      onState: (state) => this.#tell(state),
      run: async (signal) => {
        await memory.update(lastStartKey, clock.now());
        return controller.run({ trigger: 'timer', range: null }, signal);
      },
    });
  }

  #tell(state: BackgroundState): void {
    this.#state = state;
    this.#changed.fire();
    const error = newsOf(state);
    if (error !== null && error !== this.#told) {
      this.#told = error;
      const { code, message, hint } = error;
      void this.#options.messages.show(new EngineError(code, message, hint === null ? {} : { hint }));
    }
  }
}

/** The failure that the user has not heard of: the first of a row, or the one that ended all attempts. */
function newsOf(state: BackgroundState): ErrorData | null {
  switch (state.kind) {
    case 'paused':
      return state.error;
    case 'waiting':
    case 'stopped':
      return state.lastRun?.outcome === 'failed' && state.lastRun.first ? state.lastRun.error : null;
    case 'running':
      return null;
  }
}

/** A value that is no interval must not become a timer that never rests; the export itself will name the setting. */
function readInterval(folder: vscode.WorkspaceFolder): number {
  const value: unknown = readSetting(folder, 'export.intervalMinutes');
  return typeof value === 'number' && value >= 1 ? value : 60;
}
