import type { BigIntStats } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Tells one state of a file from another without reading it: every save makes a new inode. */
export type FileStamp = string;

export const stampOf = ({ dev, ino, size, mtimeNs }: BigIntStats): FileStamp => [dev, ino, size, mtimeNs].join(':');

/** No system writes 2 GB in one call. */
const largestWrite = 1 << 30;

/**
 * A file that is written beside the one whose place it takes, durably: after a crash at any moment
 * the old or the new content is there, whole. Failures are the file system's own errors.
 */
export class Replacement {
  readonly #handle: FileHandle;
  readonly #temporary: string;
  readonly #target: string;

  private constructor(handle: FileHandle, temporary: string, target: string) {
    this.#handle = handle;
    this.#temporary = temporary;
    this.#target = target;
  }

  static async begin(temporary: string, target: string, mode: number): Promise<Replacement> {
    return new Replacement(await open(temporary, 'wx', mode), temporary, target);
  }

  /** Writes the part from `start` to `end`, in as few calls as the system takes: writeFile would make one for each half megabyte. */
  async write(content: Uint8Array, start: number, end: number): Promise<void> {
    for (let at = start; at < end;) {
      const { bytesWritten } = await this.#handle.write(content, at, Math.min(end - at, largestWrite), at);
      at += bytesWritten;
    }
  }

  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  /** Takes the old file's place. */
  async put(length: number): Promise<FileStamp> {
    let stamp: FileStamp;
    try {
      await this.#handle.truncate(length);
      await this.#handle.sync();
      stamp = stampOf(await this.#handle.stat({ bigint: true }));
    } finally {
      await this.#handle.close();
    }
    await renameOver(this.#temporary, this.#target);
    await syncFolder(path.dirname(this.#target));
    return stamp;
  }

  /** Leaves the old file as it is. */
  async abandon(): Promise<void> {
    // Closed already when `put` has failed.
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
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
