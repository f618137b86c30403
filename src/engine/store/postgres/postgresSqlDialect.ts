import { sql } from 'kysely';
import type { SqlDialect } from '../sqlDialect.ts';

/** Times are timestamptz in sessions that run in UTC, JSON is jsonb. */
export const postgresSqlDialect: SqlDialect = {
  time: (iso) => sql`${sql.lit(iso)}::timestamptz`,
  hourOf: (time) => sql`date_trunc('hour', ${time})`,
  secondsBetween: (from, to) => sql`round(extract(epoch FROM ${to} - ${from}), 3)::double precision`,
  joined: (values) => sql`string_agg((${values})::text, ' ')`,
  arrayOf: (values) => sql`coalesce(json_agg(${values})::text, '[]')`,
  holdsAny: (array, texts) => sql`jsonb_exists_any(${array}, ARRAY[${sql.join(texts)}]::text[])`,
  elementsOf: (array) => sql`jsonb_array_elements_text(${array})`,
  membersOf: (object) => sql`jsonb_each_text(${object})`,
  cacheReads: (details) => sql`(
    SELECT sum(value::double precision) FROM jsonb_each_text(${details})
    WHERE strpos(key, 'cache') > 0 AND strpos(key, 'creation') = 0 AND strpos(key, 'write') = 0)`,
};
