import { readFile } from 'node:fs/promises';

/** How tests ended. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** What failed, in words: of a long log the end is often all that one has. */
  readonly failures: readonly string[];
}

export const passedOnce: Counts = { passed: 1, failed: 0, failures: [] };

/** A failure that is none of a test. */
export const failedOnce = (why: string): Counts => ({ passed: 0, failed: 1, failures: [why] });

export const sum = (counts: readonly Counts[]): Counts => ({
  passed: counts.reduce((total, { passed }) => total + passed, 0),
  failed: counts.reduce((total, { failed }) => total + failed, 0),
  failures: counts.flatMap(({ failures }) => failures),
});

/** What a process of tests left in a file; a failure when it left nothing. */
export async function readCounts(file: string): Promise<Counts> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Counts;
  } catch {
    return failedOnce('A process of tests never reported a result.');
  }
}
