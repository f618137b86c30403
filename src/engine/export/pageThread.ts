import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../errors.ts';
import type { Body, Exchange, RawReply, Timeouts } from '../langfuse/exchange.ts';
import { MalformedPage } from '../langfuse/json.ts';
import { reviveFailure, type NetworkFailure } from '../langfuse/networkFailure.ts';
import type { OpenedPage } from '../langfuse/records.ts';
import { memoryOfPage, type PreparedPage, type PrepareOptions } from './preparedPage.ts';

/** One page to prepare, whose body is given or to be asked for; or one that nobody waits for any more. */
export type PageQuestion =
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly body: Body;
      /** Of a page that was stored; empty when none is free. */
      readonly memory: readonly ArrayBuffer[];
    }
  | {
      readonly kind: 'get';
      readonly id: number;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly timeouts: Timeouts;
      readonly memory: readonly ArrayBuffer[];
    }
  | { readonly kind: 'abort'; readonly id: number };

/**
 * What the thread says of a page. A page that was asked for is `failed` or `replied` first; the body of
 * a success stays in the thread. Then every page is `opened`, `cutOff` or `malformed`; `prepared` follows `opened`.
 */
export type PageAnswer = { readonly id: number } & (
  | { readonly kind: 'failed'; readonly failure: NetworkFailure }
  | {
      readonly kind: 'replied';
      readonly status: number;
      readonly headers: readonly [string, string][];
      readonly bytes: number;
      readonly body: Body | null;
    }
  | { readonly kind: 'cutOff' }
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'opened'; readonly cursor: string | null }
  | { readonly kind: 'prepared'; readonly page: PreparedPage }
);

/** The thread's script as a source file: bundles say where theirs is. */
export const sourcePageWorker = (): string => path.join(path.dirname(import.meta.filename), 'pageWorker.ts');

/**
 * Young objects of a page live as long as the page, and each collection copies what lives: with the
 * default of 48 MB most of them. Half spaces of 64 MB take 5 % less of an export's processor time than
 * those of 21.
 */
const youngGenerationMegabytes = 192;

interface WaitingPage {
  readonly replied: PromiseWithResolvers<RawReply>;
  readonly opened: PromiseWithResolvers<OpenedPage<PreparedPage> | undefined>;
  readonly page: PromiseWithResolvers<PreparedPage>;
}

/** Pieces of a larger buffer, whose other parts belong to others, are copied. */
const ownsItsMemory = ({ byteLength, buffer }: Uint8Array<ArrayBuffer>): boolean => byteLength === buffer.byteLength;

/**
 * The near end of a thread that asks for pages and prepares them. The thread that stores them is busy:
 * pages that came by way of it arrived too late. When this one dies, all that wait for it fail.
 */
export class PageThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, WaitingPage>();
  readonly #memory: ArrayBuffer[][] = [];
  #pages = 0;
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
  async read(body: Body): Promise<OpenedPage<PreparedPage> | undefined> {
    const { id, memory, waiting } = this.#begin();
    const own = body.filter(ownsItsMemory).map(({ buffer }) => buffer);
    this.#ask({ kind: 'read', id, body, memory }, [...own, ...memory]);
    return await waiting.opened.promise;
  }

  /** Asks for a page; what `read` would give of it, and throw, is the reply's `decoded`. */
  readonly exchange: Exchange = async (url, headers, timeouts, signal) => {
    signal?.throwIfAborted();
    const { id, memory, waiting } = this.#begin();
    this.#ask({ kind: 'get', id, url, headers, timeouts, memory }, memory);
    const abort = (): void => this.#ask({ kind: 'abort', id }, []);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await waiting.replied.promise;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };

  /** The page is stored: its memory goes back to the thread, where making new one for each page took longer. */
  release(page: PreparedPage): void {
    this.#memory.push(memoryOfPage(page));
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  /** @throws EngineError engine.crashed */
  #begin(): { readonly id: number; readonly memory: ArrayBuffer[]; readonly waiting: WaitingPage } {
    if (this.#failure !== null) {
      throw this.#failure;
    }
    const waiting: WaitingPage = {
      replied: Promise.withResolvers(),
      opened: Promise.withResolvers(),
      page: Promise.withResolvers(),
    };
    // Whoever stops a walk leaves pages behind that nobody awaits.
    for (const { promise } of [waiting.replied, waiting.opened, waiting.page]) {
      promise.catch(() => undefined);
    }
    const id = this.#pages++;
    this.#waiting.set(id, waiting);
    return { id, memory: this.#memory.pop() ?? [], waiting };
  }

  #ask(question: PageQuestion, transfer: ArrayBuffer[]): void {
    this.#worker.postMessage(question, transfer);
  }

  #take(answer: PageAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) {
      return;
    }
    const { replied, opened, page } = waiting;
    switch (answer.kind) {
      case 'replied': {
        const { status, bytes, body } = answer;
        const headers = new Headers([...answer.headers]);
        if (body === null) {
          replied.resolve({ status, headers, bytes, body: [], decoded: opened.promise });
          return;
        }
        replied.resolve({ status, headers, bytes, body });
        break;
      }
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
      case 'failed':
        replied.reject(reviveFailure(answer.failure));
        break;
    }
    this.#waiting.delete(answer.id);
  }

  #fail(reason: string): void {
    this.#failure ??= new EngineError(
      'engine.crashed',
      l10n.t('The thread that reads pages stopped unexpectedly: {0}', reason),
      { hint: l10n.t('Run the export again: it goes on where it was. The log has more.') },
    );
    for (const { replied, opened, page } of this.#waiting.values()) {
      replied.reject(this.#failure);
      opened.reject(this.#failure);
      page.reject(this.#failure);
    }
    this.#waiting.clear();
  }
}
