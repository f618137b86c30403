import type { z } from 'zod';
import { ApiError } from './apiError.ts';

/** Query parameters as the server's framework sees them: repeated ones are arrays. */
export function queryObject(query: URLSearchParams): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const key of new Set(query.keys())) {
    const all = query.getAll(key);
    values[key] = all.length === 1 ? all[0]! : all;
  }
  return values;
}

/**
 * Langfuse validates with zod as well and sends its issues as they are.
 * @throws ApiError 400 "Invalid request data"
 */
export function parseRequest<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value, { reportInput: false });
  if (result.success) return result.data;
  throw new ApiError(400, { message: 'Invalid request data', error: result.error.issues });
}
