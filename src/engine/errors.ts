import type { ErrorCode, ErrorData } from '../protocol/errors.ts';

/** A failure that a user should read: what failed, where, and in `hint` what to do. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: ErrorCode;
  readonly hint: string | null;
  /** Of the mistake in a statement, in characters from its beginning. */
  readonly position: number | null;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown; position?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
    this.position = options.position ?? null;
  }

  toData(): ErrorData {
    const { code, message, hint, position } = this;
    return { code, message, hint, ...(position === null ? {} : { position }) };
  }
}

/** True for what an aborted signal throws; a cancellation is not an error and is never reported as one. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** @throws the signal's reason (an `AbortError`) when it has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}
