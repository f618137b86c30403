import { sql } from 'kysely';
import * as z from 'zod';
import type { SchemaTable } from '../../../protocol/sql.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { tables } from '../../store/migrations/tables.ts';
import { namedQueries } from './namedQueries.ts';

/** Tables and views that a person may query, with what a row of each is; bookkeeping of the migrations and foreign tables are left out. */
export const schemaQuestion: Question<'schema'> = {
  params: z.strictObject({}),
  async answer(_, context) {
    const { backend } = context.config.database;
    const comments = new Map<string, string>([
      ...Object.entries(tables).map(([name, { comment }]): [string, string] => [name, comment]),
      ...namedQueries(backend, undefined).map(({ view, description }): [string, string] => [view, description]),
    ]);
    const schema = backend === 'postgres' ? await currentSchema(context) : null;
    const found = await context.db.introspection.getTables();
    const known = found
      .filter((table) => comments.has(table.name) && (schema === null || table.schema === schema))
      .map(({ name, isView, columns }): SchemaTable => ({
        name,
        kind: isView ? 'view' : 'table',
        comment: comments.get(name) ?? null,
        columns: columns.map((column) => ({
          name: column.name,
          type: column.dataType === '' ? null : column.dataType.toLowerCase(),
          nullable: column.isNullable,
        })),
      }));
    return { backend, tables: known.toSorted((a, b) => order(a, b)) };
  },
};

async function currentSchema({ db }: QuestionContext): Promise<string | null> {
  const { rows } = await sql<{ name: string | null }>`SELECT current_schema() AS name`.execute(db);
  return rows[0]?.name ?? null;
}

function order(a: SchemaTable, b: SchemaTable): number {
  return a.kind === b.kind ? (a.name < b.name ? -1 : 1) : a.kind === 'table' ? -1 : 1;
}
