import type { RawDatabase, SqlJsInstance } from './sqlJs.ts';

/** What a bound column may hold; undefined and null are NULL. */
export type BulkValue = string | number | null | undefined;

const sqliteOk = 0;
const sqliteRow = 100;
const sqliteDone = 101;
const sqliteNull = 5;
/** UTF-8 bytes that one UTF-16 unit needs at most. */
const bytesPerUnit = 3;
const initialScratchBytes = 1 << 20;

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

  number(column: number): number | null {
    const { raw } = this.#instance;
    return raw._sqlite3_column_type(this.#statement, column) === sqliteNull
      ? null
      : raw._sqlite3_column_double(this.#statement, column);
  }
}

/**
 * A prepared statement for rows in bulk, bound through SQLite's C interface: all texts of a row are
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

  /** @throws what sql.js throws for SQL that SQLite refuses */
  constructor(instance: SqlJsInstance, database: RawDatabase, sql: string) {
    this.#instance = instance;
    this.#database = database;
    this.#reserve(initialScratchBytes);
    this.#statement = this.#prepare(sql);
    this.#row = new BulkRowReader(instance, this.#statement);
  }

  /** Runs the statement once. @returns rows that it inserted, changed or deleted */
  run(values: readonly BulkValue[]): number {
    this.each(values, () => undefined);
    return this.#instance.raw._sqlite3_changes(this.#database.db);
  }

  /** Runs the statement and calls `take` for each row of its answer; the row is valid during that call. */
  each(values: readonly BulkValue[], take: (row: BulkRowReader) => void): void {
    const { raw } = this.#instance;
    this.#bind(values);
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

  free(): void {
    this.#instance.raw._sqlite3_finalize(this.#statement);
    this.#instance.raw._free(this.#scratch);
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
        // Whole numbers beyond 32 bits go as doubles: exact to 2^53, and an INTEGER column stores them whole.
        if ((value | 0) === value) {
          raw._sqlite3_bind_int(this.#statement, index + 1, value);
        } else {
          raw._sqlite3_bind_double(this.#statement, index + 1, value);
        }
      }
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
