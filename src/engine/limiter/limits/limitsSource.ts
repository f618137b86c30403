import * as l10n from '@vscode/l10n';
import { readFileSync, statSync } from 'node:fs';
import type { LimitsProblem } from '../../../protocol/limiter.ts';
import { EngineError } from '../../errors.ts';
import type { Log } from '../../ports.ts';
import { rows, type LimiterBackend } from '../steps.ts';
import { noRules, type RuleSet } from './rules.ts';

/** The limits in force, and why the file is not what they come from. */
export interface CurrentLimits extends RuleSet {
  readonly problem: LimitsProblem | null;
}

/**
 * The limits file as it stands now: looked at whenever it is asked for, read when it has changed. The
 * last good one is kept in the database, so that a broken file leaves it in force for new processes
 * too, and so that a process whose file has not changed need not parse it.
 */
export class LimitsSource {
  readonly file: string;
  readonly #backend: LimiterBackend;
  readonly #log: Log;
  #stamp: string | null = null;
  #current: CurrentLimits | null = null;
  #look: Promise<CurrentLimits> | null = null;

  constructor(file: string, backend: LimiterBackend, log: Log) {
    this.file = file;
    this.#backend = backend;
    this.#log = log;
  }

  /** The same object as long as nothing has changed. @throws EngineError limits.invalid when the file is broken and never was good */
  current(): Promise<CurrentLimits> {
    if (this.#look === null) {
      this.#look = this.#lookAtFile();
      // Those who ask at the same time share a look.
      queueMicrotask(() => (this.#look = null));
    }
    return this.#look;
  }

  async #lookAtFile(): Promise<CurrentLimits> {
    const stamp = stampOf(this.file);
    if (this.#current === null || stamp !== this.#stamp) {
      this.#current = stamp === '' ? { ...noRules, problem: null } : await this.#read();
      this.#stamp = stamp;
    }
    return this.#current;
  }

  async #read(): Promise<CurrentLimits> {
    const [stored] = await this.#backend.run(() => rows<{ source: string; rules: string }>('file.find'));
    const text = this.#text();
    if (text !== null && text === stored?.source) {
      return { ...(JSON.parse(stored.rules) as RuleSet), problem: null };
    }
    const parsed = await this.#parse(text);
    if ('rules' in parsed) {
      await this.#backend.run(() => rows('file.put', text, JSON.stringify(parsed)));
      return { ...parsed, problem: null };
    }
    const lastGood = this.#current ?? (stored === undefined ? null : (JSON.parse(stored.rules) as RuleSet));
    if (lastGood === null) {
      throw invalid(parsed);
    }
    this.#log.warn(`${where(parsed)}: ${parsed.message}; the last good limits stay in force`);
    return { ...lastGood, problem: parsed };
  }

  /** Null when it cannot be read. A byte order mark, which some editors write, is no part of it. */
  #text(): string | null {
    try {
      return readFileSync(this.file, 'utf8').replace(/^\uFEFF/, '');
    } catch {
      return null;
    }
  }

  async #parse(text: string | null): Promise<RuleSet | LimitsProblem> {
    if (text === null) {
      return { file: this.file, message: l10n.t('it cannot be read'), line: 1, column: 1 };
    }
    const { LimitsFileError, parseLimits } = await import('./parseLimits.ts');
    try {
      return parseLimits(text, this.file);
    } catch (error) {
      if (error instanceof LimitsFileError) {
        return error.problem;
      }
      throw error;
    }
  }
}

const where = ({ file, line, column }: LimitsProblem): string => `${file}:${line}:${column}`;

const invalid = (problem: LimitsProblem): EngineError =>
  new EngineError('limits.invalid', `${where(problem)}: ${problem.message}`, {
    hint: l10n.t('Correct the limits file. Until then nothing is admitted.'),
  });

/** Changes whenever the file does; '' when there is none. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}
