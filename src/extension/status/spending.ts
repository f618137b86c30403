import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { Times } from '../../format/times.ts';
import type { SpendAnswer } from '../../protocol/analytics.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import type { Messages } from '../messages/messages.ts';
import type { RunHistory } from '../runs/runHistory.ts';

/** What the status bar says of money. */
export interface Spent extends Pick<SpendAnswer, 'todayUsd' | 'monthToDateUsd' | 'callsWithoutCost' | 'monthEnd'> {
  /** Why there is no figure of today. */
  readonly todayMissing: SpendAnswer['missing'][string] | null;
  /** US dollars at the month's end, with the 80 % prediction interval; null while it cannot be told. */
  readonly forecast: { readonly costUsd: number; readonly low: number; readonly high: number } | null;
}

interface Remembered {
  /** Local, YYYY-MM-DD: yesterday's figure is not today's. */
  readonly date: string;
  readonly spent: Spent;
}

const spentKey = 'status.spent';

interface SpendingOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly history: Pick<RunHistory, 'onDidRead'>;
  readonly database: Pick<MetricsDatabase, 'mayExist'>;
  readonly memory: vscode.Memento;
  readonly messages: Pick<Messages, 'record'>;
  readonly times: Pick<Times, 'timeZone'>;
  readonly clock: Clock;
}

/**
 * What was spent today. Read whenever the runs have been read, since the database is open then; a
 * window that opens none shows what was read last, as long as it is of today.
 */
export class Spending implements vscode.Disposable {
  readonly #options: SpendingOptions;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(options: SpendingOptions) {
    this.#options = options;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      options.history.onDidRead(() => {
        this.#read().catch((error: unknown) => options.messages.record(error));
      }),
    );
  }

  /** Null while nothing is known of today. */
  get today(): Spent | null {
    const remembered = this.#options.memory.get<Remembered>(spentKey);
    return remembered?.date === this.#date() ? remembered.spent : null;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #read(): Promise<void> {
    const { engine, database, memory, times } = this.#options;
    const spent = (await database.mayExist()) ? toSpent(await engine.ask('spend', { timeZone: times.timeZone })) : null;
    await memory.update(spentKey, spent === null ? undefined : ({ date: this.#date(), spent } satisfies Remembered));
    this.#changed.fire();
  }

  #date(): string {
    const now = new Date(this.#options.clock.now());
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()]
      .map((part) => String(part).padStart(2, '0'))
      .join('-');
  }
}

function toSpent({ todayUsd, monthToDateUsd, callsWithoutCost, monthEnd, forecast, missing }: SpendAnswer): Spent {
  return {
    todayUsd,
    monthToDateUsd,
    callsWithoutCost,
    monthEnd,
    todayMissing: missing.todayUsd ?? null,
    forecast: forecast === null ? null : { costUsd: forecast.costUsd, ...forecast.interval },
  };
}
