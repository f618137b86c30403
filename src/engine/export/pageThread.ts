import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../errors.ts';
import type { Body } from '../langfuse/exchange.ts';
import { MalformedPage } from '../langfuse/json.ts';
import type { OpenedPage } from '../langfuse/records.ts';
import { memoryOfPage, type PreparedPage, type PrepareOptions } from './preparedPage.ts';

/** One page to prepare. */
export interface PageQuestion {
  readonly body: Body;
  /** Of a page that was stored; empty when none is free. */
  readonly memory: readonly ArrayBuffer[];
}

/** What the thread says of each page, in the order of the pages. `prepared` follows `opened`. */
export type PageAnswer =
  | { readonly kind: 'cutOff' }
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'opened'; readonly cursor: string | null }
  | { readonly kind: 'prepared'; readonly page: PreparedPage };

/** The thread's script as a source file: bundles say where theirs is. */
export const sourcePageWorker = (): string => path.join(path.dirname(import.meta.filename), 'pageWorker.ts');

/**
 * Young objects of a page live as long as the page, and each collection copies what lives: with the
 * default of 48 MB most of them. Half spaces of 64 MB take 5 % less of an export's processor time than
 * those of 21.
 */
const youngGenerationMegabytes = 192;

interface WaitingPage {
  readonly opened: PromiseWithResolvers<OpenedPage<PreparedPage> | undefined>;
  readonly page: PromiseWithResolvers<PreparedPage>;
}

/** Pieces of a larger buffer, whose other parts belong to others, are copied. */
const ownsItsMemory = ({ byteLength, buffer }: Uint8Array<ArrayBuffer>): boolean => byteLength === buffer.byteLength;

/** The near end of a thread that prepares pages. When it dies, all that wait for it fail. */
export class PageThread {
  readonly #worker: Worker;
  readonly #waiting: WaitingPage[] = [];
  readonly #memory: ArrayBuffer[][] = [];
  #failure: EngineError | null = null;

  constructor(options: PrepareOptions, script: string) {
    this.#worker = new Worker(script, {
      workerData: options,
      name: 'langfuse-metrics-pages',
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMegabytes },
    });
    this.#worker.on('message', (answer: PageAnswer) => {
      this.#take(answer);
    });
    this.#worker.on('error', (error) => {
      this.#fail(String(error));
    });
    this.#worker.on('exit', (code) => {
      this.#fail(`exit code ${code}`);
    });
  }

  /** @throws MalformedPage, EngineError engine.crashed */
  read(body: Body): Promise<OpenedPage<PreparedPage> | undefined> {
    if (this.#failure !== null) {
      return Promise.reject(this.#failure);
    }
    const waiting: WaitingPage = { opened: Promise.withResolvers(), page: Promise.withResolvers() };
    // Whoever stops a walk leaves pages behind that nobody awaits.
    waiting.page.promise.catch(() => undefined);
    this.#waiting.push(waiting);
    const memory = this.#memory.pop() ?? [];
    const question: PageQuestion = { body, memory };
    this.#worker.postMessage(question, [...body.filter(ownsItsMemory).map(({ buffer }) => buffer), ...memory]);
    return waiting.opened.promise;
  }

  /** The page is stored: its memory goes back to the thread, where making new one for each page took longer. */
  release(page: PreparedPage): void {
    this.#memory.push(memoryOfPage(page));
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(answer: PageAnswer): void {
    const [waiting] = this.#waiting;
    if (waiting === undefined) {
      return;
    }
    const { opened, page } = waiting;
    switch (answer.kind) {
      case 'opened':
        opened.resolve({ cursor: answer.cursor, page: page.promise });
        return;
      case 'prepared':
        page.resolve(answer.page);
        break;
      case 'cutOff':
        opened.resolve(undefined);
        break;
      case 'malformed':
        opened.reject(new MalformedPage(answer.problem));
        break;
    }
    this.#waiting.shift();
  }

  #fail(reason: string): void {
    this.#failure ??= new EngineError(
      'engine.crashed',
      l10n.t('The thread that reads pages stopped unexpectedly: {0}', reason),
      { hint: l10n.t('Run the export again: it goes on where it was. The log has more.') },
    );
    for (const { opened, page } of this.#waiting.splice(0)) {
      opened.reject(this.#failure);
      page.reject(this.#failure);
    }
  }
}
