import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, realpath, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { openElsewhereError } from './databaseErrors.ts';
import { Replacement, stampOf, type FileStamp } from './replacement.ts';
import { roomToGrow } from './sqlJs.ts';

export interface DatabaseContent {
  /** Null when there is no file, or an empty one, which holds nothing to lose. Whoever opens them as a database works on them. */
  readonly bytes: Buffer | null;
  readonly stamp: FileStamp | null;
}

/** Bytes of one read, which occupies a thread of the pool. */
const readAtOnce = 64 * 1024 * 1024;

/** Into memory with room to grow, which SQLite then works on: to copy a file of 800 MB took two seconds. */
async function readWhole(handle: FileHandle, length: number): Promise<Buffer> {
  const memory = Buffer.from(new ArrayBuffer(length + roomToGrow), 0, length);
  let end = 0;
  for (let read = -1; read !== 0 && end < length; end += read) {
    ({ bytesRead: read } = await handle.read(memory, end, Math.min(readAtOnce, length - end), end));
  }
  return memory.subarray(0, end);
}

const noFile = (error: unknown): null => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return null;
  }
  throw error;
};

/** The database file: read whole, replaced whole. Failures are the file system's own errors. */
export class DatabaseFile {
  readonly path: string;
  readonly #temporaryPrefix: string;

  constructor(filePath: string) {
    this.path = filePath;
    this.#temporaryPrefix = `.${path.basename(filePath)}.`;
  }

  /** Null when there is no file. */
  async stamp(): Promise<FileStamp | null> {
    const stats = await stat(this.path, { bigint: true }).catch(noFile);
    return stats === null ? null : stampOf(stats);
  }

  /** @throws EngineError database.locked when another program's unfinished changes lie beside the file */
  async read(): Promise<DatabaseContent> {
    await this.#refuseUnfinishedChanges();
    const handle = await open(this.path, 'r').catch(noFile);
    if (handle === null) {
      return { bytes: null, stamp: null };
    }
    try {
      const stats = await handle.stat({ bigint: true });
      const bytes = await readWhole(handle, Number(stats.size));
      return { bytes: bytes.length === 0 ? null : bytes, stamp: stampOf(stats) };
    } finally {
      await handle.close();
    }
  }

  /** Makes the folder, finds out whether saving can work, and removes what dead processes left of theirs. Only for the lock's holder. */
  async prepare(): Promise<void> {
    await (await open(this.path, 'r+').catch(noFile))?.close();
    const folder = path.dirname(await this.#target());
    for (const name of await readdir(folder)) {
      if (name.startsWith(this.#temporaryPrefix) && name.endsWith('.tmp')) {
        await rm(path.join(folder, name), { force: true });
      }
    }
  }

  async makeFolder(): Promise<void> {
    await mkdir(path.dirname(this.path), { recursive: true });
  }

  /** Only for the lock's holder. */
  async beginReplacement(): Promise<Replacement> {
    await this.#refuseUnfinishedChanges();
    const target = await this.#target();
    const mode = await stat(target).then((stats) => stats.mode & 0o777, noFile);
    const temporary = path.join(path.dirname(target), `${this.#temporaryPrefix}${randomUUID()}.tmp`);
    return Replacement.begin(temporary, target, mode ?? 0o666);
  }

  /** @param length bytes of the new content */
  async replace(replacement: Replacement, length: number): Promise<FileStamp> {
    await this.#refuseUnfinishedChanges();
    return replacement.put(length);
  }

  /** Where the file really is: replacing a symbolic link would part it from what it points to. */
  async #target(): Promise<string> {
    return (await realpath(this.path).catch(noFile)) ?? this.path;
  }

  /**
   * A journal beside the file belongs to the old content. SQLite would play it into the new one and
   * damage it, so nothing is read or replaced until its program has finished.
   */
  async #refuseUnfinishedChanges(): Promise<void> {
    for (const suffix of ['-wal', '-journal']) {
      const journal = await stat(`${this.path}${suffix}`).catch(noFile);
      if (journal !== null && journal.size > 0) {
        throw openElsewhereError(this.path);
      }
    }
  }
}
