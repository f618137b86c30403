import * as l10n from '@vscode/l10n';
import { EngineError, isCancellation } from '../engine/errors.ts';
import type { ErrorData } from '../protocol/errors.ts';
import { printJson, type Cli } from './cli.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exitCodes.ts';

export const programName = 'langfuse-metrics';

/** Says on stderr why a command ended, and with `json` on stdout too. */
export function reportFailure(cli: Cli, error: unknown, json: boolean): ExitCode {
  cli.diagnostics.status('');
  if (isCancellation(error)) {
    cli.diagnostics.line(`${programName}: ${l10n.t('Interrupted.')}`);
    if (json) {
      printJson(cli, { error: { code: 'interrupted', message: l10n.t('Interrupted.'), hint: null } });
    }
    return exitCodes.interrupted;
  }
  const data = describe(error);
  cli.diagnostics.line(`${programName}: ${data.message}`);
  if (data.hint !== null) {
    cli.diagnostics.line(data.hint);
  }
  if (json) {
    printJson(cli, { error: data });
  }
  return exitCodeOf(data.code);
}

function describe(error: unknown): ErrorData {
  if (error instanceof EngineError) {
    return error.toData();
  }
  // Not foreseen, so a defect: the stack is what its report needs.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'engine.crashed', message, hint: null };
}
