import type { ErrorCode } from '../protocol/errors.ts';

/** What a script may rely on; 75 is EX_TEMPFAIL of sysexits.h, 130 is a shell's 128 + SIGINT. */
export const exitCodes = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  tryLater: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byError: Record<ErrorCode, ExitCode> = {
  'config.invalid': exitCodes.wrongUsage,
  'config.missingKeys': exitCodes.wrongUsage,
  'auth.invalid': exitCodes.wrongUsage,
  'auth.forbidden': exitCodes.wrongUsage,
  'langfuse.unreachable': exitCodes.failed,
  'langfuse.unsupported': exitCodes.failed,
  'langfuse.rejected': exitCodes.failed,
  'langfuse.unavailable': exitCodes.tryLater,
  'langfuse.malformed': exitCodes.failed,
  'database.unreachable': exitCodes.tryLater,
  'database.auth': exitCodes.wrongUsage,
  'database.forbidden': exitCodes.failed,
  'database.missing': exitCodes.wrongUsage,
  'database.locked': exitCodes.tryLater,
  'database.foreign': exitCodes.failed,
  'database.corrupt': exitCodes.failed,
  'database.newer': exitCodes.failed,
  'database.readOnly': exitCodes.failed,
  'database.full': exitCodes.failed,
  'database.failed': exitCodes.failed,
  'export.alreadyRunning': exitCodes.tryLater,
  'question.invalid': exitCodes.wrongUsage,
  'sql.notReadOnly': exitCodes.wrongUsage,
  'sql.failed': exitCodes.failed,
  'sql.timeout': exitCodes.failed,
  'limits.invalid': exitCodes.wrongUsage,
  'limits.neverAdmitted': exitCodes.wrongUsage,
  'limits.unknownModel': exitCodes.wrongUsage,
  'limits.unknownReservation': exitCodes.wrongUsage,
  'limits.unknownItem': exitCodes.wrongUsage,
  'limits.leaseLost': exitCodes.failed,
  'limits.unsupported': exitCodes.wrongUsage,
  'engine.crashed': exitCodes.failed,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  return byError[code];
}
