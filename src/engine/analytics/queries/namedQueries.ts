import * as z from 'zod';
import type { NamedQuery } from '../../../protocol/analytics.ts';
import type { DatabaseBackend } from '../../config/backends.ts';
import type { Question } from '../../questions/question.ts';
import { callQueries } from './callQueries.ts';
import type { QueryDefinition } from './queryDefinition.ts';
import { sqlWords } from './sqlWords.ts';
import { traceQueries } from './traceQueries.ts';

const definitions: readonly QueryDefinition[] = [...callQueries, ...traceQueries];

const viewOf = (name: string): string => `metrics_${name.replaceAll('-', '_')}`;

/** Every named query, with its SQL for the database in use. */
export const namedQueriesQuestion: Question<'namedQueries'> = {
  params: z.strictObject({ days: z.number().int().min(1).max(36_500).exactOptional() }),
  answer: ({ days }, { config }) => Promise.resolve(namedQueries(config.database.backend, days)),
};

export function namedQueries(backend: DatabaseBackend, wantedDays: number | undefined): readonly NamedQuery[] {
  return definitions.map((definition) => {
    const days = definition.days === null ? null : (wantedDays ?? definition.days);
    return {
      name: definition.name,
      title: definition.title(),
      description: definition.description(),
      days,
      view: viewOf(definition.name),
      sql: definition.sql(sqlWords[backend], days).trim(),
    };
  });
}

/**
 * SQL that makes every named query a view, with its own number of days. When a definition changes, a
 * new migration runs this again and the one before it is emptied.
 */
export function viewStatements(backend: DatabaseBackend): string[] {
  return definitions.flatMap(({ name, days, sql }) => [
    `DROP VIEW IF EXISTS ${viewOf(name)}`,
    `CREATE VIEW ${viewOf(name)} AS${sql(sqlWords[backend], days)}`,
  ]);
}
