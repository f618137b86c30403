import { ProgressType, RequestType } from 'vscode-jsonrpc';
import type { EngineConfigInput } from '../../engine/config/config.ts';
import type {
  Coverage,
  Credentials,
  ExportProgress,
  ExportReport,
  ExportRequest,
  ExportRun,
  MoveProgress,
  MoveReport,
  MoveRequest,
  QueryLimits,
  QueryResult,
  RateRequest,
  RecordBatch,
  RecordResult,
  ServerInfo,
  SetupResult,
} from '../../protocol/engine.ts';
import type { AlertReport } from '../../protocol/analytics.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import type { DocumentUses, DocumentUsesRequest, PromptUse, PromptUsesRequest } from '../../protocol/promptUses.ts';
import type { QuestionName } from '../../protocol/questions.ts';
import type { WorkerData } from './workerRpc.ts';

/**
 * What the extension host and its engine worker say to each other. Every call carries the settings
 * that it is to run with, so that a changed setting needs no order of messages and a restarted
 * worker no memory.
 */
export interface EngineCall<Arguments> {
  readonly config: EngineConfigInput;
  readonly arguments: Arguments;
}

export interface ExportArguments {
  readonly request: ExportRequest;
  /** Names the call in `exportProgress`. */
  readonly progressToken: string;
}

export interface MoveArguments {
  readonly request: MoveRequest;
  /** Names the call in `moveProgress`. */
  readonly progressToken: string;
}

export interface QueryArguments {
  readonly sql: string;
  readonly limits: QueryLimits;
}

export interface AskArguments {
  readonly question: QuestionName;
  readonly params: unknown;
}

export const setupRequest = new RequestType<EngineCall<null>, SetupResult, ErrorData>('engine/setup');
export const rebuildRollupsRequest = new RequestType<EngineCall<null>, { readonly hours: number }, ErrorData>(
  'engine/rebuildRollups',
);
export const exportRequest = new RequestType<EngineCall<ExportArguments>, ExportReport, ErrorData>('engine/export');
export const runsRequest = new RequestType<EngineCall<{ limit: number }>, readonly ExportRun[], ErrorData>(
  'engine/runs',
);
export const coverageRequest = new RequestType<EngineCall<null>, readonly Coverage[], ErrorData>('engine/coverage');
export const askRequest = new RequestType<EngineCall<AskArguments>, unknown, ErrorData>('engine/ask');
export const evaluateAlertsRequest = new RequestType<EngineCall<null>, AlertReport, ErrorData>('engine/evaluateAlerts');
export const findPromptUsesRequest = new RequestType<EngineCall<PromptUsesRequest>, readonly PromptUse[], ErrorData>(
  'engine/findPromptUses',
);
export const documentPromptUsesRequest = new RequestType<EngineCall<DocumentUsesRequest>, DocumentUses, ErrorData>(
  'engine/documentPromptUses',
);
export const queryRequest = new RequestType<EngineCall<QueryArguments>, QueryResult, ErrorData>('engine/query');
export const recordRequest = new RequestType<EngineCall<RecordBatch>, RecordResult, ErrorData>('engine/record');
export const testCredentialsRequest = new RequestType<EngineCall<Credentials>, ServerInfo, ErrorData>(
  'engine/testCredentials',
);
export const rateRequest = new RequestType<EngineCall<RateRequest>, null, ErrorData>('engine/rate');
export const moveRequest = new RequestType<EngineCall<MoveArguments>, MoveReport, ErrorData>('engine/move');

export const exportProgress = new ProgressType<ExportProgress>();
export const moveProgress = new ProgressType<MoveProgress>();

/** What the engine's worker is born with. */
export interface EngineWorkerData extends WorkerData {
  /** Absolute path of sql.js's WebAssembly file. */
  readonly wasmPath: string;
  /** BCP 47, for numbers. */
  readonly language: string;
}
