import type {
  ColoursParams,
  ModelColourNumbers,
  OpenParams,
  PanelCommand,
  PickParams,
  SaveParams,
} from '../../protocol/panels.ts';
import type { QuestionName } from '../../protocol/questions.ts';
import type { TimeRange } from '../../protocol/scope.ts';
import type { RunSqlAnswer, RunSqlParams } from '../../protocol/sql.ts';

/** What documents of panels may have the extension do. All but the parameters of questions was validated before. */
export interface PanelServices {
  /** @throws EngineError question.invalid, and what the engine throws */
  ask(question: QuestionName, params: unknown, signal: AbortSignal): Promise<unknown>;
  /** @throws EngineError sql.failed and the others of a statement, with the place of the mistake */
  runSql(params: RunSqlParams, signal: AbortSignal): Promise<RunSqlAnswer>;
  runCommand(command: PanelCommand): Promise<void>;
  open(params: OpenParams): Promise<void>;
  /** Null when the person left. */
  pick(params: PickParams): Promise<readonly string[] | null>;
  pickRange(range: TimeRange): Promise<TimeRange | null>;
  copy(text: string): Promise<void>;
  /** False when the person left. */
  save(params: SaveParams): Promise<boolean>;
  colours(params: ColoursParams): Promise<ModelColourNumbers>;
}
