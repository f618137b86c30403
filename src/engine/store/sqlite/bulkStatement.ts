import { cellKinds, type EncodedRows } from '../encodedRows.ts';
import type { RawDatabase, SqlJsInstance } from './sqlJs.ts';

/** What a bound column may hold; undefined and null are NULL. */
export type BulkValue = string | number | null | undefined;

const sqliteOk = 0;
const sqliteRow = 100;
const sqliteDone = 101;
const sqliteText = 3;
const sqliteBlob = 4;
const sqliteNull = 5;
/** UTF-8 bytes that one UTF-16 unit needs at most. */
const bytesPerUnit = 3;

/** The row that a statement stands on. */
export class BulkRowReader {
  readonly #instance: SqlJsInstance;
  readonly #statement: number;
  #view: Buffer = Buffer.alloc(0);

  constructor(instance: SqlJsInstance, statement: number) {
    this.#instance = instance;
    this.#statement = statement;
  }

  text(column: number): string | null {
    const { raw, memory } = this.#instance;
    const start = raw._sqlite3_column_text(this.#statement, column);
    if (start === 0) {
      return null;
    }
    const bytes = raw._sqlite3_column_bytes(this.#statement, column);
    if (this.#view.buffer !== memory.buffer) {
      this.#view = Buffer.from(memory.buffer);
    }
    return this.#view.toString('utf8', start, start + bytes);
  }

  /** @throws TypeError for a BLOB, which no table of ours has */
  value(column: number): string | number | null {
    switch (this.#instance.raw._sqlite3_column_type(this.#statement, column)) {
      case sqliteNull:
        return null;
      case sqliteText:
        return this.text(column);
      case sqliteBlob:
        throw new TypeError(`Column ${column} is a BLOB`);
      default:
        return this.#instance.raw._sqlite3_column_double(this.#statement, column);
    }
  }

  number(column: number): number | null {
    const { raw } = this.#instance;
    return raw._sqlite3_column_type(this.#statement, column) === sqliteNull
      ? null
      : raw._sqlite3_column_double(this.#statement, column);
  }
}

/**
 * A prepared statement, for rows in bulk and for queries, bound through SQLite's C interface: all texts of a row are
 * encoded straight into one block of the WebAssembly memory. sql.js's own Statement.run allocates,
 * copies and frees each value; with 47 columns a row this way is about twice as fast.
 */
export class BulkStatement {
  readonly #instance: SqlJsInstance;
  readonly #database: RawDatabase;
  readonly #statement: number;
  readonly #row: BulkRowReader;
  #scratch = 0;
  #scratchBytes = 0;
  #view: Buffer = Buffer.alloc(0);
  #columns: readonly string[] | null = null;

  /** @throws what sql.js throws for SQL that SQLite refuses */
  constructor(instance: SqlJsInstance, database: RawDatabase, sql: string) {
    this.#instance = instance;
    this.#database = database;
    this.#statement = this.#prepare(sql);
    this.#row = new BulkRowReader(instance, this.#statement);
  }

  /** The names of what it gives, in order. */
  get columns(): readonly string[] {
    this.#columns ??= this.#namesOfColumns();
    return this.#columns;
  }

  /** Runs the statement once. @returns rows that it inserted, changed or deleted */
  run(values: readonly BulkValue[]): number {
    return this.each(values, () => undefined);
  }

  /**
   * Runs the statement once for each of the rows that are `wanted`; their columns are its parameters.
   * @returns indexes of those with which it inserted, changed or deleted something
   */
  runRows(rows: EncodedRows, wanted: (row: number) => boolean): number[] {
    const { raw } = this.#instance;
    const changed: number[] = [];
    this.#reserve(rows.texts.length);
    this.#view.set(rows.texts);
    for (let row = 0; row < rows.length; row++) {
      if (wanted(row)) {
        this.#bindRow(rows, row);
        this.#step(() => undefined);
        if (raw._sqlite3_changes(this.#database.db) > 0) {
          changed.push(row);
        }
      }
    }
    return changed;
  }

  /**
   * Runs the statement and calls `take` for each row of its answer; the row is valid during that call.
   * @returns as `run` does
   */
  each(values: readonly BulkValue[], take: (row: BulkRowReader) => void): number {
    this.#bind(values);
    this.#step(take);
    return this.#instance.raw._sqlite3_changes(this.#database.db);
  }

  free(): void {
    this.#instance.raw._sqlite3_finalize(this.#statement);
    this.#instance.raw._free(this.#scratch);
  }

  #step(take: (row: BulkRowReader) => void): void {
    const { raw } = this.#instance;
    try {
      let code = raw._sqlite3_step(this.#statement);
      while (code === sqliteRow) {
        take(this.#row);
        code = raw._sqlite3_step(this.#statement);
      }
      this.#database.handleError(code === sqliteDone ? sqliteOk : code);
    } finally {
      raw._sqlite3_reset(this.#statement);
      raw._sqlite3_clear_bindings(this.#statement);
    }
  }

  #bind(values: readonly BulkValue[]): void {
    const { raw } = this.#instance;
    let units = 0;
    for (const value of values) {
      units += typeof value === 'string' ? value.length : 0;
    }
    this.#reserve(units * bytesPerUnit);
    let offset = 0;
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (typeof value === 'string') {
        const bytes = this.#view.write(value, offset, 'utf8');
        raw._sqlite3_bind_text(this.#statement, index + 1, this.#scratch + offset, bytes, 0);
        offset += bytes;
      } else if (typeof value === 'number') {
        this.#bindNumber(index + 1, value);
      }
    }
  }

  /** The row's texts lie in the scratch block, where all of its page's do. */
  #bindRow({ columns, kinds, values, starts }: EncodedRows, row: number): void {
    const { raw } = this.#instance;
    const first = row * columns.length;
    let text = this.#scratch + (starts[row] ?? 0);
    for (let parameter = 1; parameter <= columns.length; parameter++) {
      const cell = first + parameter - 1;
      const kind = kinds[cell];
      if (kind === cellKinds.text) {
        const bytes = values[cell] ?? 0;
        raw._sqlite3_bind_text(this.#statement, parameter, text, bytes, 0);
        text += bytes;
      } else if (kind === cellKinds.number) {
        this.#bindNumber(parameter, values[cell] ?? 0);
      }
    }
  }

  #bindNumber(parameter: number, value: number): void {
    const { raw } = this.#instance;
    // Whole numbers beyond 32 bits go as doubles: exact to 2^53, and an INTEGER column stores them whole.
    if ((value | 0) === value) {
      raw._sqlite3_bind_int(this.#statement, parameter, value);
    } else {
      raw._sqlite3_bind_double(this.#statement, parameter, value);
    }
  }

  /** Makes the scratch block hold `bytes` and its view current: memory that grew has a new buffer. */
  #reserve(bytes: number): void {
    const { raw, memory } = this.#instance;
    if (bytes > this.#scratchBytes) {
      raw._free(this.#scratch);
      this.#scratchBytes = Math.max(bytes, this.#scratchBytes * 2);
      this.#scratch = raw._malloc(this.#scratchBytes);
      if (this.#scratch === 0) {
        throw new RangeError(`No memory for a row of ${bytes} bytes`);
      }
    }
    if (this.#view.buffer !== memory.buffer || this.#view.length !== this.#scratchBytes) {
      this.#view = Buffer.from(memory.buffer, this.#scratch, this.#scratchBytes);
    }
  }

  #namesOfColumns(): string[] {
    const { raw, memory } = this.#instance;
    return Array.from({ length: raw._sqlite3_column_count(this.#statement) }, (_, column) => {
      const start = raw._sqlite3_column_name(this.#statement, column);
      const bytes = Buffer.from(memory.buffer);
      return bytes.toString('utf8', start, bytes.indexOf(0, start));
    });
  }

  #prepare(sql: string): number {
    const { raw } = this.#instance;
    this.#reserve((sql.length + 1) * bytesPerUnit + 8);
    const out = this.#scratch;
    const text = out + 8;
    const bytes = this.#view.write(sql, 8, 'utf8');
    this.#view[8 + bytes] = 0;
    this.#database.handleError(raw._sqlite3_prepare_v2(this.#database.db, text, -1, out, 0));
    // Preparing may have grown the memory.
    return new DataView(this.#instance.memory.buffer).getUint32(out, true);
  }
}
