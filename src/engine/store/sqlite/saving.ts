import type { Clock } from '../../ports.ts';
import type { DatabaseFile } from './databaseFile.ts';
import type { OpenDatabase } from './openDatabase.ts';
import type { FileStamp, Replacement } from './replacement.ts';
import type { FileContent } from './sqlJs.ts';

export interface SavedFile {
  readonly stamp: FileStamp;
  /** What it took, from taking the content to the last byte's being durable. */
  readonly milliseconds: number;
}

/**
 * A save under way: the content of this moment on its way to the disk, while the database may be
 * worked with. The database must `letGo` of its content once this has ended.
 */
export class Saving {
  readonly #file: DatabaseFile;
  readonly #clock: Clock;
  readonly #written: Promise<Replacement>;
  readonly #result = Promise.withResolvers<SavedFile>();
  #bytes: number;
  #changes: number;
  #milliseconds = 0;
  #held: boolean;
  #ended = false;

  /** @param held only writes ahead; the file is as it was until `release` */
  constructor(open: OpenDatabase, file: DatabaseFile, clock: Clock, held: boolean) {
    this.#file = file;
    this.#clock = clock;
    this.#held = held;
    this.#changes = open.totalChanges;
    // Failures are thrown by `result`; until then nobody awaits it.
    this.#result.promise.catch(() => undefined);
    const began = clock.now();
    const content = open.content();
    this.#bytes = content.bytes.length;
    this.#written = this.#write(content, began);
    this.#written.catch(() => undefined);
    if (!held) {
      this.#settle(this.#written.then((replacement) => this.#put(replacement)));
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The database's totalChanges that the file will hold. */
  get changes(): number {
    return this.#changes;
  }

  get held(): boolean {
    return this.#held;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Writes what has changed since, and then does what a save does that is not held. */
  release(open: OpenDatabase): void {
    this.#held = false;
    this.#settle(this.#written.then((replacement) => this.#writeChanges(replacement, open)));
  }

  /** Ends a held one: nothing of it is left. */
  async abandon(): Promise<void> {
    await (await this.#written.catch(() => null))?.abandon();
  }

  /** @throws the file system's own errors */
  result(): Promise<SavedFile> {
    return this.#result.promise;
  }

  #settle(outcome: Promise<SavedFile>): void {
    outcome
      .finally(() => {
        this.#ended = true;
      })
      .then(this.#result.resolve, this.#result.reject);
  }

  async #write({ bytes }: FileContent, began: number): Promise<Replacement> {
    const replacement = await this.#file.beginReplacement();
    await orAbandon(replacement, async () => {
      await replacement.write(bytes, 0, bytes.length);
      if (this.#held) {
        await replacement.sync();
      }
    });
    this.#milliseconds += this.#clock.now() - began;
    return replacement;
  }

  async #writeChanges(replacement: Replacement, open: OpenDatabase): Promise<SavedFile> {
    const began = this.#clock.now();
    await orAbandon(replacement, async () => {
      open.letGo();
      this.#changes = open.totalChanges;
      const { bytes, changed } = open.content();
      this.#bytes = bytes.length;
      for (const { start, end } of changed ?? [{ start: 0, end: bytes.length }]) {
        await replacement.write(bytes, start, end);
      }
    });
    this.#milliseconds += this.#clock.now() - began;
    return this.#put(replacement);
  }

  async #put(replacement: Replacement): Promise<SavedFile> {
    const began = this.#clock.now();
    const stamp = await orAbandon(replacement, () => this.#file.replace(replacement, this.#bytes));
    return { stamp, milliseconds: this.#milliseconds + this.#clock.now() - began };
  }
}

async function orAbandon<T>(replacement: Replacement, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await replacement.abandon();
    throw error;
  }
}
