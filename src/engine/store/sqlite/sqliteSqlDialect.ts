import { sql } from 'kysely';
import type { SqlDialect } from '../sqlDialect.ts';

/** Times are ISO text, JSON is text. */
export const sqliteSqlDialect: SqlDialect = {
  time: (iso) => sql`${sql.lit(iso)}`,
  hourOf: (time) => sql`(substr(${time}, 1, 13) || ':00:00.000Z')`,
  secondsBetween: (from, to) => sql`round((julianday(${to}) - julianday(${from})) * 86400, 3)`,
  joined: (values) => sql`group_concat(${values}, ' ')`,
  arrayOf: (values) => sql`json_group_array(${values})`,
  holdsAny: (array, texts) =>
    sql`EXISTS (SELECT 1 FROM json_each(${array}) AS element WHERE element.value IN (${sql.join(texts)}))`,
  elementsOf: (array) => sql`json_each(${array})`,
  membersOf: (object) => sql`json_each(${object})`,
  // Most rows have no cache: looking for the word is quicker than reading the object.
  cacheReads: (details) => sql`CASE WHEN instr(${details}, 'cache') > 0 THEN (
    SELECT sum(value) FROM json_each(${details})
    WHERE instr(key, 'cache') > 0 AND instr(key, 'creation') = 0 AND instr(key, 'write') = 0) END`,
};
