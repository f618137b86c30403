import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { openElsewhereError } from './databaseErrors.ts';

/** Tells one state of a file from another without reading it: every save makes a new inode. */
export type FileStamp = string;

export interface DatabaseContent {
  /** Null when there is no file, or an empty one, which holds nothing to lose. */
  readonly bytes: Buffer | null;
  readonly stamp: FileStamp | null;
}

/** No system writes 2 GB in one call. */
const largestWrite = 1 << 30;

const noFile = (error: unknown): null => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return null;
  }
  throw error;
};

const stampOf = ({ dev, ino, size, mtimeNs }: BigIntStats): FileStamp => [dev, ino, size, mtimeNs].join(':');

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
      const stamp = stampOf(await handle.stat({ bigint: true }));
      const bytes = await handle.readFile();
      return { bytes: bytes.length === 0 ? null : bytes, stamp };
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

  /**
   * Replaces the file by `bytes`, durably: after a crash at any moment the old or the new content is
   * there, whole. Only for the lock's holder.
   */
  async replace(bytes: Uint8Array): Promise<FileStamp> {
    await this.#refuseUnfinishedChanges();
    const target = await this.#target();
    const folder = path.dirname(target);
    const mode = await stat(target).then((stats) => stats.mode & 0o777, noFile);
    const temporary = path.join(folder, `${this.#temporaryPrefix}${randomUUID()}.tmp`);
    try {
      const handle = await open(temporary, 'wx', mode ?? 0o666);
      let stamp: FileStamp;
      try {
        await writeWhole(handle, bytes);
        await handle.sync();
        stamp = stampOf(await handle.stat({ bigint: true }));
      } finally {
        await handle.close();
      }
      await renameOver(temporary, target);
      await syncFolder(folder);
      return stamp;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
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

/** In as few calls as the system takes: writeFile would make one for each half megabyte. */
async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, Math.min(bytes.length - written, largestWrite));
    written += bytesWritten;
  }
}

/** On Windows a reader (or a virus scanner) that has the file open makes renaming fail for a moment. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const busy = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (process.platform !== 'win32' || !busy || attempt === 20) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, attempt * 10));
    }
  }
}

/** Makes a rename durable. Windows cannot open folders and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
