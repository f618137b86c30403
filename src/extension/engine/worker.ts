import * as l10n from '@vscode/l10n';
import { parentPort, workerData } from 'node:worker_threads';
import {
  createMessageConnection,
  ErrorCodes,
  PortMessageReader,
  PortMessageWriter,
  ResponseError,
  type CancellationToken,
  type RequestType,
} from 'vscode-jsonrpc/node';
import { parseConfig } from '../../engine/config/config.ts';
import { openEngine } from '../../engine/engine.ts';
import { EngineError, isCancellation } from '../../engine/errors.ts';
import { systemClock, type Log } from '../../engine/ports.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import { settingOf } from '../settings/settingNames.ts';
import { EngineHost } from './engineHost.ts';
import {
  askRequest,
  closeRequest,
  coverageRequest,
  evaluateAlertsRequest,
  documentPromptUsesRequest,
  exportProgress,
  exportRequest,
  findPromptUsesRequest,
  logNotification,
  moveProgress,
  moveRequest,
  queryRequest,
  rateRequest,
  recordRequest,
  requestCancelled,
  runsRequest,
  rebuildRollupsRequest,
  setupRequest,
  testCredentialsRequest,
  type EngineCall,
  type EngineWorkerData,
} from './engineRpc.ts';

if (parentPort === null) {
  throw new Error('This script runs only as a worker thread.');
}
const data = workerData as EngineWorkerData;
if (data.translations !== null) {
  l10n.config({ contents: data.translations });
}

const connection = createMessageConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort));
const logLine =
  (level: keyof Log) =>
  (message: string): void =>
    void connection.sendNotification(logNotification, { level, message });
const log: Log = {
  trace: logLine('trace'),
  debug: logLine('debug'),
  info: logLine('info'),
  warn: logLine('warn'),
  error: logLine('error'),
};
const engines = new EngineHost((config) =>
  openEngine({
    config: parseConfig(config, settingOf),
    log,
    clock: systemClock,
    fetch,
    purpose: 'VS Code',
    wasmPath: data.wasmPath,
    language: data.language,
  }),
);
const underWay = new Set<AbortController>();

function toResponseError(error: unknown): ResponseError<ErrorData> {
  if (error instanceof EngineError) {
    return new ResponseError(ErrorCodes.UnknownErrorCode, error.message, error.toData());
  }
  if (isCancellation(error)) {
    return new ResponseError(requestCancelled, 'Cancelled');
  }
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
}

function answer<A, R>(
  type: RequestType<EngineCall<A>, R, ErrorData>,
  work: (engine: Engine, args: A, signal: AbortSignal) => Promise<R>,
): void {
  connection.onRequest(type.method, async (call: EngineCall<A>, token: CancellationToken) => {
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => controller.abort());
    underWay.add(controller);
    try {
      return await engines.run(call.config, (engine) => work(engine, call.arguments, controller.signal));
    } catch (error) {
      throw toResponseError(error);
    } finally {
      subscription.dispose();
      underWay.delete(controller);
    }
  });
}

answer(setupRequest, (engine, _, signal) => engine.setup(signal));
answer(rebuildRollupsRequest, (engine, _, signal) => engine.rebuildRollups(signal));
answer(exportRequest, (engine, { request, progressToken }, signal) =>
  engine.export(request, (progress) => void connection.sendProgress(exportProgress, progressToken, progress), signal),
);
answer(runsRequest, (engine, { limit }) => engine.runs(limit));
answer(coverageRequest, (engine) => engine.coverage());
answer(askRequest, (engine, { question, params }, signal) => engine.ask(question, params as never, signal));
answer(evaluateAlertsRequest, (engine, _, signal) => engine.evaluateAlerts(signal));
answer(findPromptUsesRequest, (engine, request, signal) => engine.findPromptUses(request, signal));
answer(documentPromptUsesRequest, (engine, request, signal) => engine.documentPromptUses(request, signal));
answer(queryRequest, (engine, { sql, limits }, signal) => engine.query(sql, limits, signal));
answer(recordRequest, (engine, batch, signal) => engine.record(batch, signal));
answer(moveRequest, (engine, { request, progressToken }, signal) =>
  engine.move(request, (progress) => void connection.sendProgress(moveProgress, progressToken, progress), signal),
);
answer(rateRequest, async (engine, request, signal) => {
  await engine.rate(request, signal);
  return null;
});
answer(testCredentialsRequest, (engine, credentials, signal) => engine.testCredentials(credentials, signal));
connection.onRequest(closeRequest, async () => {
  for (const controller of underWay) {
    controller.abort();
  }
  await engines.close();
  return null;
});
connection.listen();
