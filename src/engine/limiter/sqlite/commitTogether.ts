import { EngineError } from '../../errors.ts';
import type { LimiterFile } from './limiterFile.ts';

/** What one caller wants of the file: all of it or nothing, whatever becomes of the others. */
export interface Job {
  /** May be run again after what it did was undone. */
  readonly run: (file: LimiterFile) => Done;
  readonly fail: (error: unknown) => void;
}

interface Done {
  /** Whether those who sleep are to be woken. */
  readonly wake: boolean;
  /** To be called once it is committed. */
  readonly answer: () => void;
}

interface Committed {
  readonly wake: boolean;
  readonly answers: readonly (() => void)[];
}

/**
 * Runs jobs one after the other in one transaction, since taking the lock and committing cost more than
 * a job. One that fails before it has changed anything is left out; else all is undone, and each is
 * run in a transaction of its own. @throws SQLite's errors when the lock cannot be had
 */
export function commitTogether(file: LimiterFile, jobs: readonly Job[]): Committed {
  file.begin();
  try {
    const done = jobs.map((job) => runOrLeaveOut(file, job));
    file.commit();
    return { wake: done.some(({ wake }) => wake), answers: done.map(({ answer }) => answer) };
  } catch (error) {
    file.rollBack();
    return jobs.length > 1
      ? commitOneByOne(file, jobs)
      : { wake: false, answers: jobs.map((job) => failing(job, error)) };
  }
}

function commitOneByOne(file: LimiterFile, jobs: readonly Job[]): Committed {
  const committed = jobs.map((job) => {
    try {
      return commitTogether(file, [job]);
    } catch (error) {
      return { wake: false, answers: [failing(job, error)] };
    }
  });
  return { wake: committed.some(({ wake }) => wake), answers: committed.flatMap(({ answers }) => answers) };
}

function runOrLeaveOut(file: LimiterFile, job: Job): Done {
  const before = file.changes;
  try {
    return job.run(file);
  } catch (error) {
    // After an error of SQLite itself the transaction may be over.
    if (!(error instanceof EngineError) || file.changes !== before) {
      throw error;
    }
    return { wake: false, answer: failing(job, error) };
  }
}

const failing =
  (job: Job, error: unknown): (() => void) =>
  () =>
    job.fail(error);
