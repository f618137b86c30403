import type * as z from 'zod';
import { isObject } from './fields.ts';
import { readRow } from './rows.ts';

/**
 * Like readRow for one schema, but quick for rows that are as they should be: zod copies each row that
 * it checks, which took as long as all that is done with it. What looks wrong is left to zod.
 * @param quickly checks in plain code of field schemas; other fields are asked by their schema
 * @returns reads a row, or throws MalformedRow
 */
export function rowReader<Shape extends Readonly<Record<string, z.ZodType>>>(
  schema: z.ZodObject<Shape>,
  quickly: ReadonlyMap<z.ZodType, (value: unknown) => boolean>,
): (row: unknown) => z.output<z.ZodObject<Shape>> {
  const checks = Object.entries(schema.shape).map(([name, field]) => {
    const accepts = quickly.get(field) ?? ((value: unknown): boolean => field.safeParse(value).success);
    return { name, accepts };
  });
  const accepts = (row: unknown): row is z.output<z.ZodObject<Shape>> =>
    isObject(row) && checks.every((check) => check.accepts(row[check.name]));
  return (row) => (accepts(row) ? row : readRow(schema, row));
}
