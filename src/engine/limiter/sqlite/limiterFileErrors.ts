import * as l10n from '@vscode/l10n';
import { EngineError, isCancellation } from '../../errors.ts';

interface SqliteError {
  readonly code?: string;
  readonly errcode?: number;
}

type Describe = (file: string, cause: unknown) => EngineError;

const locked: Describe = (file, cause) =>
  new EngineError('database.locked', l10n.t('The rate limit database {0} is in use for too long.', file), {
    hint: l10n.t('Try again. Another program may have opened it and not finished.'),
    cause,
  });

const readOnly: Describe = (file, cause) =>
  new EngineError('database.readOnly', l10n.t('The rate limit database {0} cannot be written.', file), {
    hint: l10n.t('Give yourself write access to its folder.'),
    cause,
  });

const full: Describe = (file, cause) =>
  new EngineError('database.full', l10n.t('No space is left for the rate limit database {0}.', file), {
    hint: l10n.t('Free some disk space and try again. Nothing was admitted.'),
    cause,
  });

const corrupt: Describe = (file, cause) =>
  new EngineError('database.corrupt', l10n.t('The rate limit database {0} is damaged.', file), {
    hint: l10n.t('Delete it: counting starts anew, and queued requests are lost.'),
    cause,
  });

export const foreignFile = (file: string, cause?: unknown): EngineError =>
  new EngineError('database.foreign', l10n.t('{0} is not a rate limit database of this product.', file), {
    hint: l10n.t('Move the file away. It was not changed.'),
    cause,
  });

export const newerFile = (file: string): EngineError =>
  new EngineError('database.newer', l10n.t('The rate limit database {0} was written by a newer version.', file), {
    hint: l10n.t('Update Langfuse Metrics. The file was not changed.'),
  });

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const bySqliteCode: Readonly<Record<number, Describe>> = {
  5: locked,
  8: readOnly,
  11: corrupt,
  13: full,
  14: readOnly,
  26: foreignFile,
};

const bySystemCode: Readonly<Record<string, Describe>> = {
  EACCES: readOnly,
  EPERM: readOnly,
  EROFS: readOnly,
  ENOTDIR: readOnly,
  EEXIST: readOnly,
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: full,
};

/** What a failure with the rate limit file means to the user. EngineErrors and cancellations come back as they are. */
export function limiterFileError(file: string, error: unknown): unknown {
  if (error instanceof EngineError || isCancellation(error)) {
    return error;
  }
  const { code = '', errcode = 0 } = (error ?? {}) as SqliteError;
  const describe = bySqliteCode[errcode & 0xff] ?? bySystemCode[code];
  if (describe !== undefined) {
    return describe(file, error);
  }
  const text = error instanceof Error ? error.message : String(error);
  return new EngineError('database.failed', l10n.t('The rate limit database {0} failed: {1}', file, text), {
    hint: l10n.t('Try again. The log says more.'),
    cause: error,
  });
}
