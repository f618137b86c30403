import Mocha from 'mocha';
import type { Counts } from './counts.ts';

export interface MochaRunOptions {
  /** Absolute paths of the spec files. */
  readonly files: readonly string[];
  /** A regular expression on full titles; null runs all. */
  readonly grep: string | null;
  readonly timeoutMilliseconds: number;
}

/** Characters. */
const longestFailure = 2_000;

/**
 * Runs spec files in this process, in Node as in an extension host. A test that is skipped or
 * marked `only` counts as failed: both leave a part of the product untested without a word.
 */
export async function runMocha(options: MochaRunOptions): Promise<Counts> {
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    timeout: options.timeoutMilliseconds,
    slow: 2_000,
    forbidOnly: true,
    forbidPending: true,
    ...(options.grep === null ? {} : { grep: new RegExp(options.grep) }),
  });
  for (const file of options.files) {
    mocha.addFile(file);
  }
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const failures: string[] = [];
    const runner = mocha.run((failed) => {
      resolve({ passed: runner.stats?.passes ?? 0, failed, failures });
    });
    runner.on('fail', (test, error: Error) => {
      failures.push(`${test.fullTitle()}\n${(error.stack ?? error.message).slice(0, longestFailure)}`);
    });
  });
}
