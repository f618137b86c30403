import type { Log } from '../../ports.ts';
import type { LimiterClock } from '../ports.ts';
import type { KnownPools } from '../pool.ts';
import type { LimiterBackend, Steps } from '../steps.ts';
import { commitTogether, type Job } from './commitTogether.ts';
import { LimiterFile } from './limiterFile.ts';
import { limiterFileError } from './limiterFileErrors.ts';
import { WakeFile } from './wakeFile.ts';

/** Other processes wait for the lock meanwhile: about two milliseconds. */
const mostTogether = 128;
/** They look for the lock at intervals: without a pause, a long queue of this process would shut them out. */
const pauseMilliseconds = 1;

/**
 * The limiter over a file that all processes of the workspace open. A deleted file is made anew.
 * What callers of this process ask for at the same time becomes one transaction of the file.
 */
export class SqliteLimiterBackend implements LimiterBackend {
  readonly #path: string;
  readonly #clock: LimiterClock;
  readonly #log: Log;
  readonly #wakeFile: WakeFile;
  #file: LimiterFile | null = null;
  readonly #asked: Job[] = [];

  constructor(path: string, clock: LimiterClock, log: Log) {
    this.#path = path;
    this.#clock = clock;
    this.#log = log;
    this.#wakeFile = new WakeFile(`${path}-wake`, clock);
  }

  async run<T>(make: (knownPools: KnownPools) => Steps<T>): Promise<T> {
    const answer = await new Promise<() => T>((resolve) => {
      this.#ask({
        run: (file) => {
          const { result, wake } = this.#runSteps(file, make(file.knownPools));
          return { wake, answer: () => resolve(() => result) };
        },
        fail: (error) =>
          resolve(() => {
            throw limiterFileError(this.#path, error);
          }),
      });
    });
    return answer();
  }

  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#wakeFile.sleep(milliseconds, signal);
  }

  close(): Promise<void> {
    while (this.#asked.length > 0) {
      this.#answerAsked();
    }
    this.#wakeFile.close();
    this.#file?.close();
    this.#file = null;
    return Promise.resolve();
  }

  #ask(job: Job): void {
    this.#asked.push(job);
    if (this.#asked.length === 1) {
      // All who are about to ask do so first.
      queueMicrotask(() => this.#answerAsked());
    }
  }

  #answerAsked(): void {
    const jobs = this.#asked.splice(0, mostTogether);
    if (this.#asked.length > 0) {
      setTimeout(() => this.#answerAsked(), pauseMilliseconds);
    }
    if (jobs.length === 0) {
      return;
    }
    try {
      const { wake, answers } = commitTogether(this.#open(), jobs);
      if (wake) {
        this.#wakeFile.wake();
      }
      answers.forEach((answer) => answer());
    } catch (error) {
      jobs.forEach((job) => job.fail(error));
    }
  }

  #runSteps<T>(file: LimiterFile, steps: Steps<T>): { readonly result: T; readonly wake: boolean } {
    let wake = false;
    let next = steps.next([]);
    while (next.done !== true) {
      const step = next.value;
      if (step === 'clock') {
        next = steps.next(this.#clock.sample());
      } else if (step === 'wake') {
        wake = true;
        next = steps.next([]);
      } else {
        const [name, ...parameters] = step;
        next = steps.next(file.all(name, parameters));
      }
    }
    return { result: next.value, wake };
  }

  #open(): LimiterFile {
    if (this.#file?.inPlace === false) {
      this.#log.warn(`${this.#path} was deleted or replaced: rate limits start anew`);
      this.#file.close();
      this.#file = null;
    }
    this.#file ??= new LimiterFile(this.#path);
    return this.#file;
  }
}
