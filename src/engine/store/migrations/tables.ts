import type { MetricsSchema } from '../schema.ts';
import { costTables } from './costTables.ts';
import { initialTables, type TableDefinition } from './initialTables.ts';

/** Every table as it is after all migrations. */
export const tables = {
  ...initialTables,
  ...costTables,
} as const satisfies { readonly [Table in keyof MetricsSchema]: TableDefinition<keyof MetricsSchema[Table] & string> };
