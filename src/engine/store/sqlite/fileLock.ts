import * as l10n from '@vscode/l10n';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { Clock } from '../../ports.ts';
import { loadNodeSqlite } from './nodeSqlite.ts';

const ownerSchema = z.object({ pid: z.number(), host: z.string(), purpose: z.string(), since: z.string() });
export type LockOwner = z.infer<typeof ownerSchema>;

const sqliteBusy = 5;

/**
 * A lock between processes and between the threads of one, held through SQLite's own file locks: an
 * open exclusive transaction on a file of its own. The operating system drops it when the process
 * ends, however it ends, so no lock is ever stale and there is nothing to take over.
 *
 * The lock file stays where it is when the lock is free (removing it would let two processes lock
 * two files of one name), and nothing else may open it: on POSIX systems a process loses its locks
 * on a file as soon as it closes any descriptor of it.
 */
export class FileLock {
  readonly #path: string;
  readonly #notePath: string;
  readonly #purpose: string | null;
  readonly #clock: Clock;
  #database: DatabaseSync | null = null;
  #held = false;

  /** @param purpose what the holder is doing, shown to those who wait; null leaves no note of the holder */
  constructor(path: string, purpose: string | null, clock: Clock) {
    this.#path = path;
    this.#notePath = `${path}.json`;
    this.#purpose = purpose;
    this.#clock = clock;
  }

  get held(): boolean {
    return this.#held;
  }

  /** @throws what SQLite throws when the file cannot be made or locked at all, such as in a read-only folder */
  tryAcquire(): boolean {
    if (this.#held) {
      return true;
    }
    this.#database ??= new (loadNodeSqlite().DatabaseSync)(this.#path);
    try {
      // Nothing is ever written to this file: the journal stays in memory instead of beside it. The last
      // statement fails where SQLite could open the file only for reading: there BEGIN EXCLUSIVE
      // passes, and locks nobody out.
      this.#database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1');
    } catch (error) {
      if ((error as { errcode?: number }).errcode === sqliteBusy) {
        return false;
      }
      this.#close();
      throw error;
    }
    this.#held = true;
    this.#writeNote();
    return true;
  }

  /** Frees the lock; does nothing when it is not held. */
  release(): void {
    if (this.#held) {
      this.#held = false;
      this.#removeNote();
    }
    // Closing ends the transaction, and with it the lock.
    this.#close();
  }

  /** Who holds the lock; null when nobody does or nobody knows. The note of a process that died does not count. */
  owner(): LockOwner | null {
    try {
      const owner = ownerSchema.parse(JSON.parse(readFileSync(this.#notePath, 'utf8')));
      return owner.host === hostname() && !isAlive(owner.pid) ? null : owner;
    } catch {
      return null;
    }
  }

  #close(): void {
    this.#database?.close();
    this.#database = null;
  }

  #writeNote(): void {
    if (this.#purpose === null) {
      return;
    }
    const owner: LockOwner = {
      pid: process.pid,
      host: hostname(),
      purpose: this.#purpose,
      since: new Date(this.#clock.now()).toISOString(),
    };
    try {
      writeFileSync(this.#notePath, JSON.stringify(owner));
    } catch {
      // The note only makes messages better; the lock holds without it.
    }
  }

  /** While the lock is still held: afterwards the note would be the next holder's. */
  #removeNote(): void {
    try {
      rmSync(this.#notePath, { force: true });
    } catch {
      // A note that stays is outdated, and its process is most likely gone when somebody reads it.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** One phrase for messages, localised: "process 4711 (export), since 2026-01-01T00:00:00.000Z". */
export function describeOwner(owner: LockOwner | null): string {
  if (owner === null) {
    return l10n.t('another process');
  }
  return owner.host === hostname()
    ? l10n.t('process {0} ({1}), since {2}', owner.pid, owner.purpose, owner.since)
    : l10n.t('process {0} on {1} ({2}), since {3}', owner.pid, owner.host, owner.purpose, owner.since);
}
