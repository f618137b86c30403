import type { SchemaColumn, SchemaTable } from '../../protocol/sql.ts';
import { onlyCode } from './sqlText.ts';
import { statementAt } from './statements.ts';

export type Proposal =
  | { readonly kind: 'table'; readonly table: SchemaTable }
  | { readonly kind: 'column'; readonly table: SchemaTable; readonly column: SchemaColumn }
  | { readonly kind: 'keyword'; readonly word: string };

/** A table that a statement reads, under the name that it goes by there. */
interface TableUse {
  readonly name: string;
  readonly table: SchemaTable;
}

const keywords = [
  ...['SELECT', 'DISTINCT', 'FROM', 'LEFT JOIN', 'JOIN', 'ON', 'WHERE', 'GROUP BY', 'HAVING', 'ORDER BY', 'LIMIT'],
  ...['WITH', 'AS', 'AND', 'OR', 'NOT', 'IN', 'IS NULL', 'IS NOT NULL', 'BETWEEN', 'LIKE', 'CASE WHEN', 'THEN', 'ELSE'],
  ...['END', 'ASC', 'DESC', 'UNION ALL', 'count(*)', 'sum', 'avg', 'min', 'max', 'coalesce', 'round'],
];
const tableUse =
  /\b(?:from|join)\s+"?(\w+)"?(?:\s+(?:as\s+)?"?(?!(?:on|where|join|left|right|inner|cross|group|order|limit|union|having|using|natural|full)\b)(\w+)"?)?/gi;
/** PostgreSQL and SQLite alike let tables of a list be parted by commas. */
const listedUse = /,\s*"?(\w+)"?(?:\s+(?:as\s+)?"?(\w+)"?)?/g;

/** What may stand at a place of a document: columns behind `name.`, tables behind FROM, else all, the likeliest first. */
export function proposalsAt(text: string, offset: number, tables: readonly SchemaTable[]): readonly Proposal[] {
  const statement = statementAt(text, offset);
  const code = onlyCode(statement === null ? text : text.slice(statement.from, statement.to));
  const before = onlyCode(text).slice(statement?.from ?? 0, offset);
  const uses = tableUses(code, tables);
  const qualifier = /"?(\w+)"?\.\w*$/.exec(before)?.[1];
  if (qualifier !== undefined) {
    const named = uses.find(({ name }) => name.toLowerCase() === qualifier.toLowerCase())?.table;
    return columnsOf(named ?? tables.find(({ name }) => name === qualifier));
  }
  const allTables = tables.map((table): Proposal => ({ kind: 'table', table }));
  if (/\b(?:from|join)\s+\w*$/i.test(before)) {
    return allTables;
  }
  const words = keywords.map((word): Proposal => ({ kind: 'keyword', word }));
  return [...uses.flatMap(({ table }) => columnsOf(table)), ...allTables, ...words];
}

/** The table, or the column of a table that the statement reads, of this name. */
export function describedAt(
  text: string,
  offset: number,
  word: string,
  tables: readonly SchemaTable[],
): Proposal | null {
  const table = tables.find(({ name }) => name === word);
  if (table !== undefined) {
    return { kind: 'table', table };
  }
  const columns = proposalsAt(text, offset, tables).filter((proposal) => proposal.kind === 'column');
  return columns.find(({ column }) => column.name === word) ?? null;
}

function tableUses(code: string, tables: readonly SchemaTable[]): readonly TableUse[] {
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  return [...code.matchAll(tableUse), ...code.matchAll(listedUse)].flatMap(([, name = '', alias]) => {
    const table = byName.get(name.toLowerCase());
    return table === undefined ? [] : [{ name: alias ?? name, table }];
  });
}

function columnsOf(table: SchemaTable | undefined): readonly Proposal[] {
  return table === undefined ? [] : table.columns.map((column) => ({ kind: 'column', table, column }));
}
