import * as z from 'zod';
import { MalformedRow } from './rows.ts';

/**
 * Field types of the wire, as servers of either generation send them, and what they become.
 * Schemas only check shapes; these functions convert, because zod's transforms would cost more than
 * everything else on a page of a thousand rows.
 */

export const wireText = z.string().nullish();
/** Checked by what converts it, if at all. */
export const wireAny = z.unknown().optional();
export const wireFlag = z.boolean().nullish();
/** 64-bit integers and prices may come as decimal strings (ClickHouse quotes them by default). */
export const wireNumber = z.union([z.number(), z.string()]).nullish();

/** The same in plain code, for rowReader. Numbers of JSON may be beyond what a number can be. */
export const quickChecks: ReadonlyMap<z.ZodType, (value: unknown) => boolean> = new Map<
  z.ZodType,
  (value: unknown) => boolean
>([
  [wireText, (value) => value == null || typeof value === 'string'],
  [wireAny, () => true],
  [wireFlag, (value) => value == null || typeof value === 'boolean'],
  [wireNumber, (value) => value == null || typeof value === 'string' || Number.isFinite(value)],
]);

/** The wire says "" for missing text in most fields, null in others. */
export function text(value: string | null | undefined): string | null {
  return value == null || value === '' ? null : value;
}

/** Null for what is no finite number. */
export function number(value: number | string | null | undefined): number | null {
  if (value == null || value === '') {
    return null;
  }
  const parsed = typeof value === 'number' ? value : Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

/**
 * UTC ISO-8601 with milliseconds; finer digits are cut off, as all of Langfuse's writers do. Text
 * without a zone is UTC, as ClickHouse prints it.
 * @throws MalformedRow when it is no time.
 */
export function requiredTime(value: string, field: string): string {
  if (normalTime.test(value)) {
    return value;
  }
  const zoned = value.endsWith('Z') || hasZone.test(value) ? value : `${value}Z`;
  const milliseconds = Date.parse(zoned);
  if (Number.isNaN(milliseconds)) {
    throw new MalformedRow(`${field}: no valid time`);
  }
  return new Date(milliseconds).toISOString();
}

const hasZone = /[+-]\d\d:?\d\d$/;
/** What nearly every row carries already. Days that only some months have take the long way. */
const normalTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** @throws MalformedRow when it is neither missing nor a time. */
export function time(value: string | null | undefined, field: string): string | null {
  return value == null || value === '' ? null : requiredTime(value, field);
}

/** Text as it is, structured values (legacy reads parse them) as JSON text. */
export function textOrJson(value: unknown): string | null {
  if (value == null || value === '') {
    return null;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The finite numbers of a map; other values in it say nothing and are left out. Checked here and not
 * in the schemas: zod's records would cost more than all other fields of a row together.
 * @throws MalformedRow when it is neither missing nor a map.
 */
export function numbers(map: unknown, field: string): Record<string, number> {
  const result: Record<string, number> = {};
  if (map == null) {
    return result;
  }
  if (!isObject(map)) {
    throw new MalformedRow(`${field}: no map of numbers`);
  }
  for (const key in map) {
    const value = map[key];
    const parsed = typeof value === 'number' || typeof value === 'string' ? number(value) : null;
    if (parsed !== null) {
      setOwn(result, key, parsed);
    }
  }
  return result;
}

/** Sets a key that a user chose; a plain assignment to "__proto__" would change the prototype instead. */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  target[key] = value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
