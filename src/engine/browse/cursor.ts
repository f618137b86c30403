import * as l10n from '@vscode/l10n';
import type * as z from 'zod';
import { EngineError } from '../errors.ts';

/** Where a page ended, as text that nobody else reads. */
export function encodeCursor(position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws EngineError question.invalid for a text that no page ended with */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new EngineError('question.invalid', l10n.t('This is not the cursor of a page.'));
  }
}
