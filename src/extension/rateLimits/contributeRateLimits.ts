import * as vscode from 'vscode';
import { commandIds } from '../commands/commandIds.ts';
import { LimiterProxy } from '../engine/limiterProxy.ts';
import { TerminalEnvironment } from '../terminal/terminalEnvironment.ts';
import type { Workbench } from '../workbench.ts';
import { editLimits } from './editLimits.ts';
import { LimiterAccess } from './limiterAccess.ts';
import { LimitsDiagnostics } from './limitsDiagnostics.ts';
import { RateLimitCommands } from './rateLimitCommands.ts';
import { RateLimitTree } from './rateLimitTree.ts';

export interface RateLimits {
  /** Sets up terminals and looks at open limits files; nothing waits for it. */
  start(): Promise<void>;
  /** Ends the limiter's thread, and with it every wait. */
  close(): Promise<void>;
}

/** The view of rate limits, their commands, problems in the limits file, and the helper in terminals. */
export function contributeRateLimits(workbench: Workbench): RateLimits {
  const { context, translations, clock, numbers, times, log, messages, commands, folder, database } = workbench;
  const record = (error: unknown): void => messages.record(error);
  const access = new LimiterAccess(folder, database);
  const limiter = new LimiterProxy({
    scriptPath: vscode.Uri.joinPath(context.extensionUri, 'dist', 'limiterWorker.js').fsPath,
    workerData: { translations },
    location: () => access.location(),
    log,
  });
  const tree = new RateLimitTree({ limiter, access, numbers, times, clock, log });
  const diagnostics = new LimitsDiagnostics(limiter, record);
  const terminal = new TerminalEnvironment(context, folder, record);
  const actions = new RateLimitCommands({ limiter, refresh: () => tree.refresh() });
  context.subscriptions.push(tree, diagnostics, terminal);

  commands.expose(commandIds.rateLimitAcquire, (argument) => actions.acquire(argument));
  commands.expose(commandIds.rateLimitReport, (argument) => actions.report(argument));
  commands.expose(commandIds.rateLimitStatus, (argument) => actions.status(argument));
  commands.register(commandIds.rateLimitEditLimits, (place) => editLimits(folder, place));
  commands.register(commandIds.rateLimitReset, (argument) => actions.reset(argument));
  commands.register(commandIds.rateLimitPause, (argument) => actions.pause(argument));
  commands.register(commandIds.rateLimitResume, (argument) => actions.resume(argument));
  commands.register(commandIds.rateLimitCopySnippet, (argument) => actions.copySnippet(argument));
  return {
    start: async () => {
      diagnostics.lookAtAll();
      await terminal.arrange();
    },
    close: () => limiter.close(),
  };
}
