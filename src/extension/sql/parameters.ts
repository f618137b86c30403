import { onlyCode } from './sqlText.ts';

/** `:name`, but neither PostgreSQL's `::type` nor the bounds of a slice. */
const parameter = /(?<![:\w\])]):([A-Za-z_]\w*)/g;

/** Names of the values that a statement asks for, in their order. */
export function parametersOf(sql: string): readonly string[] {
  return [...new Set([...onlyCode(sql).matchAll(parameter)].map(([, name]) => name ?? ''))];
}

export interface BoundSql {
  readonly sql: string;
  /** Where a character of it stands in the statement that it was made from. */
  readonly originalPosition: (position: number) => number;
}

/** The statement with literals in place of its parameters; those without a value stay as they are. */
export function bindParameters(sql: string, values: Readonly<Record<string, string>>): BoundSql {
  const shifts: { readonly from: number; readonly by: number; readonly at: number }[] = [];
  let bound = '';
  let copied = 0;
  for (const { index, 0: text, 1: name = '' } of onlyCode(sql).matchAll(parameter)) {
    if (Object.hasOwn(values, name)) {
      const written = literal(values[name] ?? '');
      bound += sql.slice(copied, index) + written;
      copied = index + text.length;
      shifts.push({ from: bound.length, by: copied - bound.length, at: index });
    }
  }
  return {
    sql: bound + sql.slice(copied),
    originalPosition: (position) => {
      const before = shifts.findLast(({ from }) => from <= position);
      const next = shifts[before === undefined ? 0 : shifts.indexOf(before) + 1];
      const shifted = position + (before?.by ?? 0);
      // A mistake inside a value is one of its parameter.
      return next === undefined ? shifted : Math.min(shifted, next.at);
    },
  };
}

function literal(value: string): string {
  if (/^-?\d+(\.\d+)?$/.test(value)) {
    return value;
  }
  return value.toLowerCase() === 'null' ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}
