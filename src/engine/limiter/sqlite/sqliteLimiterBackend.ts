import type { Log } from '../../ports.ts';
import type { LimiterClock } from '../ports.ts';
import type { PoolIds } from '../pool.ts';
import type { LimiterBackend, Steps } from '../steps.ts';
import { LimiterFile } from './limiterFile.ts';
import { limiterFileError } from './limiterFileErrors.ts';
import { WakeFile } from './wakeFile.ts';

/** The limiter over a file that all processes of the workspace open. A deleted file is made anew. */
export class SqliteLimiterBackend implements LimiterBackend {
  readonly #path: string;
  readonly #clock: LimiterClock;
  readonly #log: Log;
  readonly #wakeFile: WakeFile;
  #file: LimiterFile | null = null;

  constructor(path: string, clock: LimiterClock, log: Log) {
    this.#path = path;
    this.#clock = clock;
    this.#log = log;
    this.#wakeFile = new WakeFile(`${path}-wake`, clock);
  }

  run<T>(make: (poolIds: PoolIds) => Steps<T>): Promise<T> {
    // An executor's exception rejects its promise.
    return new Promise((resolve) => resolve(this.#runDescribed(make)));
  }

  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#wakeFile.sleep(milliseconds, signal);
  }

  close(): Promise<void> {
    this.#wakeFile.close();
    this.#file?.close();
    this.#file = null;
    return Promise.resolve();
  }

  #runDescribed<T>(make: (poolIds: PoolIds) => Steps<T>): T {
    try {
      return this.#run(make);
    } catch (error) {
      throw limiterFileError(this.#path, error);
    }
  }

  #run<T>(make: (poolIds: PoolIds) => Steps<T>): T {
    const file = this.#open();
    let wake = false;
    let result: T;
    file.begin();
    try {
      const steps = make(file.poolIds);
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
      result = next.value;
      file.commit();
    } catch (error) {
      file.rollBack();
      throw error;
    }
    if (wake) {
      this.#wakeFile.wake();
    }
    return result;
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
