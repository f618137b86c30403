/**
 * Serialised rows by position, so that a warm server is faster than any client whatever windows and
 * pages it asks for. Only for generated rows: their positions never change. Once full it stays as it is.
 */
export class RowCache {
  readonly #shapes = new Map<string, Map<number, Buffer>>();
  #bytesLeft: number;

  constructor(limitBytes: number) {
    this.#bytesLeft = limitBytes;
  }

  /** `shape` names everything that decides what a row looks like on the wire. */
  row(shape: string, position: number, serialise: () => string): Buffer {
    const rows = this.#shapes.get(shape);
    const known = rows?.get(position);
    if (known !== undefined) return known;
    const row = Buffer.from(serialise());
    if (position < 0 || row.length > this.#bytesLeft) return row;
    this.#bytesLeft -= row.length;
    if (rows === undefined) this.#shapes.set(shape, new Map([[position, row]]));
    else rows.set(position, row);
    return row;
  }
}
