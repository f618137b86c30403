import * as l10n from '@vscode/l10n';
import { EngineError, isCancellation } from '../../errors.ts';

const readOnlyCodes: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);
/** EFBIG: the file would pass a limit that the process runs under, which ends the same way as a full disk. */
const fullCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** SQLite's own READONLY and CANTOPEN, from the lock file. */
const sqliteReadOnlyCodes: ReadonlySet<number> = new Set([8, 14]);
const sqliteFull = 13;
/** sql.js reports text only; this is SQLite's for SQLITE_CORRUPT. */
const sqliteCorruptText = 'database disk image is malformed';

interface SystemError {
  readonly code?: string;
  readonly errcode?: number;
}

/**
 * What a failure with the database file or in SQL means to the user. EngineErrors and cancellations
 * come back as they are.
 */
export function databaseError(path: string, error: unknown): unknown {
  if (error instanceof EngineError || isCancellation(error)) {
    return error;
  }
  const { code = '', errcode = 0 } = (error ?? {}) as SystemError;
  if (readOnlyCodes.has(code) || sqliteReadOnlyCodes.has(errcode & 0xff)) {
    return new EngineError('database.readOnly', l10n.t('The metrics database {0} cannot be written.', path), {
      hint: l10n.t('Give yourself write access to its folder, or choose another path for the database.'),
      cause: error,
    });
  }
  if (fullCodes.has(code) || (errcode & 0xff) === sqliteFull) {
    return new EngineError('database.full', l10n.t('No space is left to save the metrics database {0}.', path), {
      hint: l10n.t('Free some disk space and try again. The file on disk is as it was.'),
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes(sqliteCorruptText)) {
    return corruptError(path, error);
  }
  return new EngineError('database.failed', l10n.t('The metrics database {0} failed: {1}', path, message), {
    hint: l10n.t('Try again. The log says more.'),
    cause: error,
  });
}

export const foreignError = (path: string): EngineError =>
  new EngineError('database.foreign', l10n.t('{0} is not a metrics database of this product.', path), {
    hint: l10n.t('Move the file away, or choose another path for the database. It was not changed.'),
  });

export const corruptError = (path: string, cause?: unknown): EngineError =>
  new EngineError('database.corrupt', l10n.t('The metrics database {0} is damaged or cut short.', path), {
    hint: l10n.t('Restore it from a copy, or move it away and export anew. It was not changed.'),
    cause,
  });

export const newerError = (path: string): EngineError =>
  new EngineError('database.newer', l10n.t('The metrics database {0} was written by a newer version.', path), {
    hint: l10n.t('Update Langfuse Metrics. The file was not changed.'),
  });

export const openElsewhereError = (path: string): EngineError =>
  new EngineError('database.locked', l10n.t('Another program has unfinished changes to {0}.', path), {
    hint: l10n.t(
      'Finish or close it there (a file ending in -wal or -journal lies beside the database) and try again.',
    ),
  });

export const changedElsewhereError = (path: string): EngineError =>
  new EngineError('database.failed', l10n.t('Another program changed {0} while it was being written.', path), {
    hint: l10n.t('Its changes were kept and ours were dropped. Run the export again.'),
  });
