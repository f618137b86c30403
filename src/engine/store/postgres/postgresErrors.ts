import * as l10n from '@vscode/l10n';
import { EngineError, isCancellation } from '../../errors.ts';

interface DriverError {
  /** SQLSTATE of the server, or the name of a system error. */
  readonly code?: string;
  readonly message?: string;
}

/** Codes of libuv and OpenSSL for servers that cannot be found or do not answer. */
const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
/** The driver has no codes for these. */
const lostTexts =
  /connection terminated|connection timeout|timeout expired|timeout exceeded when trying to connect|not queryable|client was closed/i;
const tlsTexts = /does not support SSL|certificate|SSL|TLS/;
/** Class 08 and the three ways in which a server takes leave (PostgreSQL, appendix A). */
const lostStates = /^(08...|57P01|57P02|57P03|57P05)$/;
const startingUp = '57P03';
const serializationStates: ReadonlySet<string> = new Set(['40001', '40P01']);

const codeOf = (error: unknown): string => (error as DriverError | null)?.code ?? '';
const textOf = (error: unknown): string => {
  // A host with several addresses fails with all of their errors, and a message that is empty.
  const inner = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  return (inner ?? (error as DriverError | null))?.message ?? String(error);
};

/** The connection is gone, or none could be made: what was under way has to be begun again. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return lostStates.test(code) || networkCodes.has(code) || (code === '' && lostTexts.test(textOf(error)));
}

/** Two transactions stood in each other's way and this one was undone: it may be run again. */
export const isSerializationFailure = (error: unknown): boolean => serializationStates.has(codeOf(error));

/** It answers and will soon take connections, so the first attempt may wait too. */
export const isStartingUp = (error: unknown): boolean => codeOf(error) === startingUp;

type Describe = (location: string, error: unknown) => EngineError;

const byState: Readonly<Record<string, Describe>> = {
  '28P01': (location, error) => authError(location, error),
  '28000': (location, error) => authError(location, error),
  '3D000': (location, error) =>
    new EngineError('database.missing', l10n.t('There is no database at {0}.', location), {
      hint: l10n.t('Create it (CREATE DATABASE …) or correct the name. Its tables are then made by themselves.'),
      cause: plain(error),
    }),
  '42501': (location, error) =>
    new EngineError('database.forbidden', l10n.t('Rights are missing at {0}: {1}', location, textOf(error)), {
      hint: l10n.t('Let the owner of the database grant the role CREATE on the schema, or the rights on its tables.'),
      cause: plain(error),
    }),
  '25006': (location, error) =>
    new EngineError('database.readOnly', l10n.t('The metrics database {0} cannot be written.', location), {
      hint: l10n.t('This server or role only reads. Connect to the primary server, with a role that may write.'),
      cause: plain(error),
    }),
  '53100': (location, error) =>
    new EngineError('database.full', l10n.t('No space is left to save the metrics database {0}.', location), {
      hint: l10n.t('Free some disk space on the server and try again. Nothing of the last step was kept.'),
      cause: plain(error),
    }),
  '53300': (location, error) =>
    new EngineError('database.unreachable', l10n.t('{0} takes no more connections.', location), {
      hint: l10n.t('Close other programs that use the database, or raise max_connections on the server.'),
      cause: plain(error),
    }),
  '57014': (location, error) =>
    new EngineError('database.failed', l10n.t('{0} took too long to answer.', location), {
      hint: l10n.t('Try again when the server is less busy.'),
      cause: plain(error),
    }),
};

/**
 * What a failure of the server or on the way to it means to the user. EngineErrors and cancellations
 * come back as they are.
 */
export function postgresError(location: string, error: unknown): unknown {
  if (error instanceof EngineError || isCancellation(error)) {
    return error;
  }
  const described = byState[codeOf(error)]?.(location, error);
  if (described !== undefined) {
    return described;
  }
  if (/SASL|password must be a string|no password/i.test(textOf(error))) {
    return authError(location, error);
  }
  if (!lostStates.test(codeOf(error)) && isTls(error)) {
    return new EngineError(
      'database.unreachable',
      l10n.t('No secure connection to {0}: {1}', location, textOf(error)),
      {
        hint: l10n.t(
          'Set POSTGRES_SSLMODE (disable, require or verify-full), or name the authority that signed its certificate.',
        ),
        cause: plain(error),
      },
    );
  }
  if (isConnectionLost(error)) {
    return new EngineError('database.unreachable', l10n.t('{0} does not answer: {1}', location, textOf(error)), {
      hint: l10n.t('Check that the server runs and that host and port are right.'),
      cause: plain(error),
    });
  }
  return new EngineError('database.failed', l10n.t('The metrics database {0} failed: {1}', location, textOf(error)), {
    hint: l10n.t('Try again. The log says more.'),
    cause: plain(error),
  });
}

const isTls = (error: unknown): boolean =>
  /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/.test(codeOf(error)) ||
  (codeOf(error) === '' && tlsTexts.test(textOf(error)));

const authError = (location: string, error: unknown): EngineError =>
  new EngineError('database.auth', l10n.t('{0} refuses this user or password.', location), {
    hint: l10n.t('Correct the user and the password (POSTGRES_USER, POSTGRES_PASSWORD).'),
    cause: plain(error),
  });

/** The driver hangs clients, which know the password, onto some of its errors. */
function plain(error: unknown): Error {
  const copy = new Error(textOf(error));
  return Object.assign(copy, { code: codeOf(error) });
}

export const foreignError = (location: string, table: string): EngineError =>
  new EngineError('database.foreign', l10n.t('{0} has a table {1} that is not of this product.', location, table), {
    hint: l10n.t('Use another database, or another schema (search_path of the role). Nothing was changed.'),
  });

export const newerError = (location: string): EngineError =>
  new EngineError('database.newer', l10n.t('The metrics database {0} was written by a newer version.', location), {
    hint: l10n.t('Update Langfuse Metrics. The database was not changed.'),
  });
