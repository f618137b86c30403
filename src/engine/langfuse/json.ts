import type * as z from 'zod';

/** JSON of another shape than its endpoint gives. Never leaves this folder's callers: they name host and path. */
export class MalformedPage extends Error {
  override readonly name = 'MalformedPage';
}

/** Undefined for what is no whole JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the shape is wrong first, and how. */
export function shapeProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
}
