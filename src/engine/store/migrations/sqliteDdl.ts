import type { ColumnKind, TableDefinition } from './initialTables.ts';

/** Booleans are 0 or 1; times and JSON are text, which sorts and which json_extract reads. */
const sqliteTypes: Record<string, string> = {
  text: 'TEXT',
  time: 'TEXT',
  json: 'TEXT',
  integer: 'INTEGER',
  flag: 'INTEGER',
  real: 'REAL',
};

function columnType(kind: ColumnKind): string {
  if (kind === 'serial') {
    return 'INTEGER PRIMARY KEY AUTOINCREMENT';
  }
  if (kind === 'count') {
    return 'INTEGER NOT NULL DEFAULT 0';
  }
  const type = sqliteTypes[kind.replace('!', '')] ?? 'TEXT';
  return kind.endsWith('!') ? `${type} NOT NULL` : type;
}

/** Statements that create one table and its indexes. The comment stays in the schema, where every SQLite tool shows it. */
export function sqliteDdl(name: string, table: TableDefinition): string[] {
  const columns = Object.entries(table.columns).map(([column, kind]) => `  "${column}" ${columnType(kind)}`);
  const keyKind = Object.values(table.columns).includes('serial') ? 'UNIQUE' : 'PRIMARY KEY';
  const key = `  ${keyKind} (${table.key.join(', ')})`;
  return [
    `CREATE TABLE "${name}" (\n  -- ${table.comment}\n${[...columns, key].join(',\n')}\n)${table.keyed ? ' WITHOUT ROWID' : ''}`,
    ...table.indexes.map((index) => `CREATE INDEX "idx_${name}_${index.join('_')}" ON "${name}" (${index.join(', ')})`),
  ];
}
