/** Every failure that the engine names. The code is stable; texts may be reworded or translated. */
export const errorCodes = [
  'config.invalid',
  'config.missingKeys',
  'auth.invalid',
  'auth.forbidden',
  'langfuse.unreachable',
  'langfuse.unsupported',
  'langfuse.rejected',
  'langfuse.unavailable',
  'langfuse.malformed',
  'database.unreachable',
  'database.auth',
  'database.forbidden',
  'database.missing',
  'database.locked',
  'database.foreign',
  'database.corrupt',
  'database.newer',
  'database.readOnly',
  'database.full',
  'database.failed',
  'export.alreadyRunning',
  'question.invalid',
  'sql.notReadOnly',
  'sql.failed',
  'sql.timeout',
  'limits.invalid',
  'limits.neverAdmitted',
  'limits.unknownModel',
  'limits.unknownReservation',
  'limits.unknownItem',
  'limits.leaseLost',
  'limits.unsupported',
  'engine.crashed',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** How an engine error crosses a thread or process boundary. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  /** What the user can do about it, a full sentence. */
  readonly hint: string | null;
  /** Where in the statement a failed one is wrong, in characters from its beginning; absent when unknown. */
  readonly position?: number;
}
