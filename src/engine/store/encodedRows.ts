/**
 * Rows of one table in one piece of memory. It goes from thread to thread without a copy, and a
 * backend can bind the texts where they lie.
 */
export interface EncodedRows {
  readonly columns: readonly string[];
  readonly length: number;
  /** What each cell is, row by row. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** A cell's number, or how many bytes its text takes. */
  readonly values: Float64Array<ArrayBuffer>;
  /** The texts in UTF-8, in the order of their cells. */
  readonly texts: Uint8Array<ArrayBuffer>;
  /** Where the texts of each row begin. */
  readonly starts: Uint32Array<ArrayBuffer>;
}

export const cellKinds = { null: 0, text: 1, number: 2 } as const;

type Cell = string | number | null | undefined;
/** A missing column is NULL. */
export type EncodableRow = Readonly<Record<string, Cell>>;

/** UTF-8 bytes that one UTF-16 unit needs at most. */
const bytesPerUnit = 3;
const initialTextBytes = 1 << 20;

/**
 * Encodes rows of any table. Keep one, and give it memory of rows that nobody reads any more: buffers
 * made and dropped for every page kept the garbage collector as busy as the rows themselves did.
 */
export class RowEncoder {
  #values = new Float64Array(0);
  #kinds = new Uint8Array(0);
  #starts = new Uint32Array(0);
  #texts = Buffer.alloc(0);
  #used = 0;

  /**
   * Halves of surrogate pairs that stand alone become U+FFFD, as UTF-8 has no place for them.
   * @param memory taken for the result when it is large enough
   */
  encode(columns: readonly string[], rows: readonly EncodableRow[], memory?: ArrayBuffer): EncodedRows {
    this.#reset(rows.length, columns.length);
    let cell = 0;
    for (const [index, row] of rows.entries()) {
      this.#starts[index] = this.#used;
      for (const column of columns) {
        this.#put(cell, row[column]);
        cell += 1;
      }
    }
    return this.#result(columns, rows.length, memory);
  }

  #reset(rows: number, columns: number): void {
    this.#used = 0;
    if (rows * columns > this.#kinds.length) {
      this.#kinds = new Uint8Array(rows * columns);
      this.#values = new Float64Array(rows * columns);
    }
    if (rows > this.#starts.length) {
      this.#starts = new Uint32Array(rows);
    }
  }

  #put(cell: number, value: Cell): void {
    if (typeof value === 'string') {
      this.#kinds[cell] = cellKinds.text;
      this.#values[cell] = this.#write(value);
    } else if (typeof value === 'number') {
      this.#kinds[cell] = cellKinds.number;
      this.#values[cell] = value;
    } else {
      this.#kinds[cell] = cellKinds.null;
    }
  }

  /** @returns bytes written */
  #write(text: string): number {
    const needed = this.#used + text.length * bytesPerUnit;
    if (needed > this.#texts.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#texts.length * 2, initialTextBytes));
      this.#texts.copy(larger, 0, 0, this.#used);
      this.#texts = larger;
    }
    const bytes = this.#texts.write(text, this.#used, 'utf8');
    this.#used += bytes;
    return bytes;
  }

  #result(columns: readonly string[], length: number, memory: ArrayBuffer | undefined): EncodedRows {
    const cells = length * columns.length;
    // Numbers come first: they lie at multiples of their size.
    const startsAt = cells * Float64Array.BYTES_PER_ELEMENT;
    const kindsAt = startsAt + length * Uint32Array.BYTES_PER_ELEMENT;
    const textsAt = kindsAt + cells;
    const bytes = textsAt + this.#used;
    const buffer = memory !== undefined && memory.byteLength >= bytes ? memory : new ArrayBuffer(bytes + bytes / 4);
    const encoded = {
      columns,
      length,
      values: new Float64Array(buffer, 0, cells),
      starts: new Uint32Array(buffer, startsAt, length),
      kinds: new Uint8Array(buffer, kindsAt, cells),
      texts: new Uint8Array(buffer, textsAt, this.#used),
    };
    encoded.values.set(this.#values.subarray(0, cells));
    encoded.starts.set(this.#starts.subarray(0, length));
    encoded.kinds.set(this.#kinds.subarray(0, cells));
    encoded.texts.set(this.#texts.subarray(0, this.#used));
    return encoded;
  }
}

/**
 * Reads the texts of one column, null where a cell holds none. Neighbouring rows often have the same
 * project, trace or name: what is the same bytes as the last text is not decoded again.
 */
export function textColumn(rows: EncodedRows, column: string): (row: number) => string | null {
  const width = rows.columns.length;
  const offset = rows.columns.indexOf(column);
  const last = { start: 0, bytes: 0, text: '' };
  return (row) => {
    const first = row * width;
    const wanted = first + offset;
    if (offset === -1 || rows.kinds[wanted] !== cellKinds.text) {
      return null;
    }
    let start = rows.starts[row] ?? 0;
    for (let cell = first; cell < wanted; cell++) {
      start += rows.kinds[cell] === cellKinds.text ? (rows.values[cell] ?? 0) : 0;
    }
    const bytes = rows.values[wanted] ?? 0;
    if (bytes !== last.bytes || !sameBytes(rows.texts, start, last.start, bytes)) {
      last.text = textOf(rows, start, bytes);
    }
    last.start = start;
    last.bytes = bytes;
    return last.text;
  };
}

function sameBytes(texts: Uint8Array, a: number, b: number, bytes: number): boolean {
  for (let index = 0; index < bytes; index++) {
    if (texts[a + index] !== texts[b + index]) {
      return false;
    }
  }
  return true;
}

/** The rows as objects again, with every column. */
export function decodeRows(rows: EncodedRows): Record<string, string | number | null>[] {
  const width = rows.columns.length;
  return Array.from({ length: rows.length }, (_, index) => {
    const row: Record<string, string | number | null> = {};
    let text = rows.starts[index] ?? 0;
    for (const [offset, column] of rows.columns.entries()) {
      const value = rows.values[index * width + offset] ?? 0;
      const kind = rows.kinds[index * width + offset];
      row[column] = kind === cellKinds.text ? textOf(rows, text, value) : kind === cellKinds.number ? value : null;
      text += kind === cellKinds.text ? value : 0;
    }
    return row;
  });
}

function textOf({ texts }: EncodedRows, start: number, bytes: number): string {
  return Buffer.from(texts.buffer, texts.byteOffset + start, bytes).toString('utf8');
}

/** What the rows lie in: may be handed over to another thread, and used again for other rows. */
export const memoryOf = (rows: EncodedRows): ArrayBuffer => rows.values.buffer;
