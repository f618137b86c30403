import { setTimeout as wait } from 'node:timers/promises';
import { EngineError } from '../../../src/engine/errors.ts';
import { assignColours } from '../../../src/extension/panels/modelColours.ts';
import type { PanelServices } from '../../../src/extension/panels/panelServices.ts';
import type { ModelColourNumbers, OpenParams, PickParams, SaveParams } from '../../../src/protocol/panels.ts';
import type { QuestionName } from '../../../src/protocol/questions.ts';
import type { TimeRange } from '../../../src/protocol/scope.ts';
import type { RunSqlAnswer, RunSqlParams } from '../../../src/protocol/sql.ts';
import type { Answers } from './dashboardFixture.ts';

export interface Asked {
  readonly question: QuestionName;
  readonly params: unknown;
}

/** The extension behind a panel, as a test has it: answers that it gives, and a record of what was asked for. */
export class FakeServices implements PanelServices {
  answers: Answers;
  /** Rejects every question while it is set. */
  failure: EngineError | null = null;
  /** Milliseconds before each answer. */
  delay = 0;
  /** Ids that the next quick pick ends with; null dismisses it. */
  picked: readonly string[] | null = null;
  pickedRange: TimeRange | null = null;
  readonly asked: Asked[] = [];
  readonly statements: RunSqlParams[] = [];
  /** What every statement gives. */
  runs: ((params: RunSqlParams) => RunSqlAnswer) | null = null;
  readonly commands: string[] = [];
  readonly opened: OpenParams[] = [];
  readonly picks: PickParams[] = [];
  readonly copied: string[] = [];
  readonly saved: SaveParams[] = [];
  #colours: ModelColourNumbers = {};

  constructor(answers: Answers) {
    this.answers = answers;
  }

  /** The parameters of the newest question of this name. */
  last(question: QuestionName): Readonly<Record<string, unknown>> {
    const asked = this.asked.findLast((one) => one.question === question);
    return (asked?.params ?? {}) as Readonly<Record<string, unknown>>;
  }

  /** Whoever still waits when the tests are over is not waited for. */
  #takeTime(): Promise<void> {
    return wait(this.delay, undefined, { ref: false });
  }

  async ask(question: QuestionName, params: unknown, signal: AbortSignal): Promise<unknown> {
    this.asked.push({ question, params });
    await this.#takeTime();
    signal.throwIfAborted();
    if (this.failure !== null) {
      throw this.failure;
    }
    const answer = this.answers[question] as ((params: unknown) => unknown) | undefined;
    if (answer === undefined) {
      throw new EngineError('question.invalid', `The test has no answer to ${question}.`);
    }
    return answer(params);
  }

  async runSql(params: RunSqlParams, signal: AbortSignal): Promise<RunSqlAnswer> {
    this.statements.push(params);
    await this.#takeTime();
    signal.throwIfAborted();
    if (this.failure !== null) {
      throw this.failure;
    }
    if (this.runs === null) {
      throw new EngineError('sql.failed', 'The test has no rows.');
    }
    return this.runs(params);
  }

  runCommand(command: string): Promise<void> {
    this.commands.push(command);
    return Promise.resolve();
  }

  open(params: OpenParams): Promise<void> {
    this.opened.push(params);
    return Promise.resolve();
  }

  pick(params: PickParams): Promise<readonly string[] | null> {
    this.picks.push(params);
    return Promise.resolve(this.picked);
  }

  pickRange(): Promise<TimeRange | null> {
    return Promise.resolve(this.pickedRange);
  }

  copy(text: string): Promise<void> {
    this.copied.push(text);
    return Promise.resolve();
  }

  save(params: SaveParams): Promise<boolean> {
    this.saved.push(params);
    return Promise.resolve(true);
  }

  colours({ models }: { readonly models: readonly string[] }): Promise<ModelColourNumbers> {
    this.#colours = assignColours(this.#colours, models);
    return Promise.resolve(Object.fromEntries(models.map((model) => [model, this.#colours[model] ?? 0])));
  }
}
