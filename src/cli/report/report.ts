import type { SqlValue } from '../../protocol/engine.ts';
import { printJson, type Cli } from '../cli.ts';
import { formatReport, type ReportColumn } from '../formatTable.ts';
import type { ReportFlags } from './period.ts';

/** One table of a report, as a person reads it. */
export interface ReportTable {
  /** Above the table; none when empty. */
  readonly heading: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Stands in place of a table without rows. */
  readonly empty: string;
}

export interface Report {
  /** What --json prints. */
  readonly document: unknown;
  /** What --csv prints, one line each. */
  readonly records: readonly object[];
  readonly tables: readonly ReportTable[];
  /** Sentences below the tables. */
  readonly notes: readonly string[];
}

/** Writes a report in the form that the flags ask for. */
export async function printReport(cli: Cli, flags: ReportFlags, report: Report): Promise<void> {
  if (flags.json) {
    printJson(cli, report.document);
    return;
  }
  if (flags.csv) {
    const { formatCsv } = await import('../formatCsv.ts');
    cli.stdout.write(formatCsv({ ...toRecords(report.records), truncated: false }));
    return;
  }
  const parts = report.tables.map(({ heading, columns, rows, empty }) => {
    const body = rows.length === 0 ? `${empty}\n` : formatReport(columns, rows);
    return heading === '' ? body : `${heading}\n\n${body}`;
  });
  const notes = report.notes.length === 0 ? [] : [`${report.notes.join('\n')}\n`];
  cli.stdout.write([...parts, ...notes].join('\n'));
}

/** Nested figures become columns named by their path ("latency.p95"); lists become one text. */
function toRecords(records: readonly object[]): { columns: readonly string[]; rows: readonly SqlValue[][] } {
  const flat = records.map((record) => new Map(flatten(record, '')));
  const columns = [...new Set(flat.flatMap((record) => [...record.keys()]))];
  return { columns, rows: flat.map((record) => columns.map((column) => record.get(column) ?? null)) };
}

function* flatten(value: unknown, path: string): Generator<[string, SqlValue]> {
  if (value === null || typeof value === 'number' || typeof value === 'string') {
    yield [path, value];
  } else if (typeof value === 'boolean') {
    yield [path, value ? 1 : 0];
  } else if (Array.isArray(value)) {
    yield [path, value.every((item) => typeof item !== 'object') ? value.join(' ') : JSON.stringify(value)];
  } else if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      yield* flatten(inner, path === '' ? key : `${path}.${key}`);
    }
  }
}
