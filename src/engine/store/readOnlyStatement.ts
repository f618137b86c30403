import * as l10n from '@vscode/l10n';
import { EngineError } from '../errors.ts';

/** How long a statement may run where its caller sets no limit. */
export const defaultQuerySeconds = 10;

const readingKeyword = /^(select|values|with|explain)\b/i;
const leadingBlanks = /^(\s+|--[^\n]*(\n|$)|\/\*[\s\S]*?(\*\/|$)|;)+/;

/** @throws EngineError sql.failed when there is nothing to run, sql.notReadOnly when the statement's first word says that it does more than read */
export function requireReading(sql: string): void {
  const text = sql.replace(leadingBlanks, '');
  if (text === '') {
    throw new EngineError('sql.failed', l10n.t('There is no statement to run.'), {
      hint: l10n.t('Give one SELECT statement.'),
    });
  }
  if (!readingKeyword.test(text)) {
    throw notReadOnly();
  }
}

export const notReadOnly = (cause?: unknown): EngineError =>
  new EngineError('sql.notReadOnly', l10n.t('Only a single statement that reads can be run.'), {
    hint: l10n.t('Give one SELECT statement (WITH, VALUES and EXPLAIN work too).'),
    cause,
  });

/** @param position of the mistake, in characters from the statement's beginning; null when unknown */
export const sqlFailed = (message: string, position: number | null, cause: unknown): EngineError =>
  new EngineError('sql.failed', message, {
    hint: l10n.t('Correct the statement and try again.'),
    cause,
    ...(position === null ? {} : { position }),
  });

export const tooLong = (seconds: number, cause: unknown): EngineError =>
  new EngineError('sql.timeout', l10n.t('The statement was stopped after {0} s.', seconds), {
    hint: l10n.t('Narrow it down, to fewer days for example, or allow it more time.'),
    cause,
  });
