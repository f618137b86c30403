import { existsSync } from 'node:fs';
import { parseCursorPage } from '../langfuse/cursorList.ts';
import type { Body, Exchange } from '../langfuse/exchange.ts';
import { normaliseObservations } from '../langfuse/normaliseObservation.ts';
import type { ObservationRecord, OpenedPage, PageReader, SourcePage } from '../langfuse/records.ts';
import { PageThread, sourcePageWorker } from './pageThread.ts';
import { PagePreparation, type PreparedPage, type PrepareOptions } from './preparedPage.ts';

/** A page of this size with another one behind it is the first of many: worth the start of a thread. */
const largePage = 512 * 1024;

/**
 * Prepares the pages of one export: here while they are small, in a thread of their own from the
 * second large one on, so that one page is prepared while another is stored.
 */
export class ObservationPages implements PageReader<PreparedPage> {
  readonly #options: PrepareOptions;
  readonly #preparation: PagePreparation;
  readonly #script: string;
  #many = false;
  #thread: PageThread | null = null;

  /** @param script of the thread; where there is no such file, all pages are prepared here */
  constructor(options: PrepareOptions, script = sourcePageWorker()) {
    this.#options = options;
    this.#script = script;
    this.#preparation = new PagePreparation(options);
  }

  /** Many pages will come: their thread starts now, and reads the first one, too. */
  expectMany(): void {
    this.#many = existsSync(this.#script);
    this.#startThread();
  }

  /** The thread asks for the pages that it reads. */
  exchange(): Exchange | null {
    return this.#startThread()?.exchange ?? null;
  }

  read(body: Body): Promise<OpenedPage<PreparedPage> | undefined> {
    const thread = this.#startThread();
    if (thread !== null) {
      return thread.read(body);
    }
    return new Promise((resolve) => {
      resolve(this.#readHere(body));
    });
  }

  take(page: SourcePage<ObservationRecord>): PreparedPage {
    return this.#preparation.prepare(page);
  }

  release(page: PreparedPage): void {
    this.#thread?.release(page);
  }

  async close(): Promise<void> {
    await this.#thread?.close();
    this.#thread = null;
  }

  #startThread(): PageThread | null {
    if (this.#many) {
      this.#thread ??= new PageThread(this.#options, this.#script);
    }
    return this.#thread;
  }

  #readHere(body: Body): OpenedPage<PreparedPage> | undefined {
    const whole = Buffer.concat(body);
    const raw = parseCursorPage(whole);
    if (raw === undefined) {
      return undefined;
    }
    this.#many = whole.length >= largePage && raw.cursor !== null && existsSync(this.#script);
    const page = this.take(normaliseObservations(raw, this.#options.projectId));
    return { cursor: raw.cursor, page: Promise.resolve(page) };
  }
}
