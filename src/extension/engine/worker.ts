import { constants, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { RequestType } from 'vscode-jsonrpc';
import { parseConfig, type EngineConfigInput } from '../../engine/config/config.ts';
import { openEngine } from '../../engine/engine.ts';
import { runtimeFetch, systemClock } from '../../engine/ports.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import { settingOf } from '../settings/settingNames.ts';
import { EngineHost } from './engineHost.ts';
import {
  askRequest,
  coverageRequest,
  evaluateAlertsRequest,
  documentPromptUsesRequest,
  exportProgress,
  exportRequest,
  findPromptUsesRequest,
  moveProgress,
  moveRequest,
  queryRequest,
  rateRequest,
  recordRequest,
  runsRequest,
  rebuildRollupsRequest,
  setupRequest,
  testCredentialsRequest,
  type EngineCall,
  type EngineWorkerData,
} from './engineRpc.ts';
import { HostConnection } from './hostConnection.ts';

const data = workerData as EngineWorkerData;
const host = new HostConnection(data);
giveWay();
const engines = new EngineHost((config: EngineConfigInput) =>
  openEngine({
    config: parseConfig(config, settingOf),
    log: host.log,
    clock: systemClock,
    fetch: runtimeFetch,
    purpose: 'VS Code',
    wasmPath: data.wasmPath,
    language: data.language,
  }),
);

function answer<A, R>(
  type: RequestType<EngineCall<A>, R, ErrorData>,
  work: (engine: Engine, args: A, signal: AbortSignal) => Promise<R>,
): void {
  host.answer(type, (call, signal) => engines.run(call.config, (engine) => work(engine, call.arguments, signal)));
}

answer(setupRequest, (engine, _, signal) => engine.setup(signal));
answer(rebuildRollupsRequest, (engine, _, signal) => engine.rebuildRollups(signal));
answer(exportRequest, (engine, { request, progressToken }, signal) =>
  engine.export(request, (progress) => host.sendProgress(exportProgress, progressToken, progress), signal),
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
  engine.move(request, (progress) => host.sendProgress(moveProgress, progressToken, progress), signal),
);
answer(rateRequest, async (engine, request, signal) => {
  await engine.rate(request, signal);
  return null;
});
answer(testCredentialsRequest, (engine, credentials, signal) => engine.testCredentials(credentials, signal));
host.listen(() => engines.close());

/**
 * What a person sees goes before what the engine works on: with every core at work a panel is drawn a
 * quarter sooner. On Linux a priority is a thread's own; elsewhere it would be that of the whole
 * extension host.
 */
function giveWay(): void {
  if (process.platform !== 'linux') {
    return;
  }
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    host.log.debug(`The engine keeps its priority: ${String(error)}`);
  }
}
