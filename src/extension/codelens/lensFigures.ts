import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { PromptLensAnswer } from '../../protocol/browse.ts';
import type { Engine } from '../../protocol/engine.ts';
import { recentScope } from '../trees/recentScope.ts';
import type { LensSettingsSource } from './lensSettings.ts';

export interface LensFiguresOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly settings: LensSettingsSource;
  readonly clock: Clock;
  readonly record: (error: unknown) => void;
}

/** The figures of all prompts, read once for all lenses and again when the data changed. */
export class LensFigures implements vscode.Disposable {
  readonly #options: LensFiguresOptions;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  #answer: PromptLensAnswer | null = null;
  #reading: Promise<void> | null = null;
  #stale = true;

  /** Other figures are at hand. */
  readonly onDidChange = this.#changed.event;

  constructor(options: LensFiguresOptions) {
    this.#options = options;
    this.#subscription = options.settings.onDidChange(() => this.refresh());
  }

  /** The figures last read: old ones stay until new ones are there. Null before the first. */
  get current(): PromptLensAnswer | null {
    return this.#answer;
  }

  /** Reads again if figures were ever asked for. */
  refresh(): void {
    this.#stale = true;
    if (this.#answer !== null) {
      void this.read();
    }
  }

  /** The figures, read if need be. Null when they cannot be. */
  async read(): Promise<PromptLensAnswer | null> {
    while (this.#stale || this.#reading !== null) {
      this.#reading ??= this.#ask().finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
    return this.#answer;
  }

  dispose(): void {
    this.#changed.dispose();
    this.#subscription.dispose();
  }

  async #ask(): Promise<void> {
    const { engine, settings, clock, record } = this.#options;
    this.#stale = false;
    try {
      const wanted = await settings.read();
      if (wanted === null) {
        return;
      }
      const { range } = recentScope(clock.now(), wanted.days);
      this.#answer = await engine.ask('promptLens', { range });
      this.#changed.fire();
    } catch (error) {
      record(error);
    }
  }
}
