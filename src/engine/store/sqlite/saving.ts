import type { Clock } from '../../ports.ts';
import type { DatabaseFile, FileStamp } from './databaseFile.ts';
import type { OpenDatabase } from './openDatabase.ts';

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
  readonly bytes: number;
  /** The database's totalChanges that the file will hold. */
  readonly changes: number;
  readonly #result: Promise<SavedFile>;
  #ended = false;

  constructor(open: OpenDatabase, file: DatabaseFile, clock: Clock) {
    const began = clock.now();
    this.changes = open.totalChanges;
    const content = open.content();
    this.bytes = content.length;
    this.#result = file
      .replace(content)
      .then((stamp) => ({ stamp, milliseconds: clock.now() - began }))
      .finally(() => {
        this.#ended = true;
      });
    // A failure is thrown by `result`; until then nobody awaits it.
    this.#result.catch(() => undefined);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** @throws the file system's own errors */
  result(): Promise<SavedFile> {
    return this.#result;
  }
}
