import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import type { Database } from 'sql.js';
import { wasmRuntime, type WasmInstance, type WasmMemory, type WasmModule } from './webAssembly.ts';

/** The part of SQLite's C interface that sql.js exports and that we call without its Statement class. */
interface RawSqlite {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _sqlite3_prepare_v2(db: number, sql: number, bytes: number, statement: number, tail: number): number;
  _sqlite3_bind_text(statement: number, index: number, text: number, bytes: number, destructor: number): number;
  _sqlite3_bind_double(statement: number, index: number, value: number): number;
  _sqlite3_bind_int(statement: number, index: number, value: number): number;
  _sqlite3_clear_bindings(statement: number): number;
  _sqlite3_step(statement: number): number;
  _sqlite3_column_count(statement: number): number;
  _sqlite3_column_name(statement: number, column: number): number;
  _sqlite3_column_type(statement: number, column: number): number;
  _sqlite3_column_text(statement: number, column: number): number;
  _sqlite3_column_bytes(statement: number, column: number): number;
  _sqlite3_column_double(statement: number, column: number): number;
  _sqlite3_reset(statement: number): number;
  _sqlite3_finalize(statement: number): number;
  _sqlite3_changes(db: number): number;
}

/** With what sql.js leaves out of its types: the connection's pointer, and the result code that handleError takes. */
export interface RawDatabase extends Database {
  readonly db: number;
  /** @throws SQLite's message when `code` is not SQLITE_OK */
  handleError(code?: number): null;
}

/** A part of a file; `end` is behind its last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface FileContent {
  readonly bytes: Uint8Array;
  /** Where it differs from what was given the last time; null when nobody knows. */
  readonly changed: readonly ByteRange[] | null;
}

/** A database with the file that sql.js keeps of it in memory. */
export interface OpenFile {
  readonly database: RawDatabase;
  /**
   * The first `length` bytes of the file itself, not a copy, when `commit` has just written to them;
   * null when they may have moved elsewhere.
   */
  contentAfter(commit: () => void, length: () => number): FileContent | null;
}

/** One WebAssembly instance of SQLite with its memory, which grows and never shrinks: drop it to give memory back. */
export interface SqlJsInstance {
  readonly raw: RawSqlite;
  /** Views of its buffer go stale whenever it grows. */
  readonly memory: WasmMemory;
  /** @param bytes a whole database file; with `roomToGrow` bytes of zeros behind them in memory, they become the database's own */
  open(bytes: Uint8Array): OpenFile;
  /** The file of a database that holds nothing but this id (PRAGMA application_id). */
  emptyFile(applicationId: number): Uint8Array;
}

/** Bytes that a database may grow by before its file in memory is copied to a larger place. Untouched ones cost nothing. */
export const roomToGrow = 256 * 1024 * 1024;

/**
 * sql.js keeps the file in an array that it enlarges by an eighth, copying all, whenever it is full:
 * nine times the final size in the end, which took as long as the inserts themselves. It takes its
 * first array from `slice`, so ours answers with room to spare: with the very memory where there is room
 * behind the bytes, else with a copy. (Should it stop asking, only speed is lost.)
 */
class RoomyBytes extends Uint8Array {
  #file: FileBytes | null = null;

  /** The array that sql.js took; null when it asked for none. */
  get file(): FileBytes | null {
    return this.#file;
  }

  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    const content = this.subarray(start, end);
    const behind = content.buffer.byteLength - content.byteOffset - content.length;
    const file =
      behind < roomToGrow
        ? FileBytes.copyOf(content)
        : new FileBytes(content.buffer, content.byteOffset, content.length + roomToGrow);
    this.#file = file;
    return file as Uint8Array as Uint8Array<ArrayBuffer>;
  }
}

/**
 * Notes what is written to it. sql.js turns to another array when the file is cut short or outgrows
 * this one, and never comes back.
 */
class FileBytes extends Uint8Array {
  #writes = 0;
  /** Ends of written parts by their beginnings; null before anybody asked. */
  #written: Map<number, number> | null = null;

  static copyOf(content: Uint8Array): FileBytes {
    const file = new FileBytes(content.length + roomToGrow);
    file.set(content);
    return file;
  }

  get writes(): number {
    return this.#writes;
  }

  override set(source: ArrayLike<number>, offset = 0): void {
    this.#writes += 1;
    const end = offset + source.length;
    this.#written?.set(offset, Math.max(end, this.#written.get(offset) ?? 0));
    super.set(source, offset);
  }

  /** What was written since this was last asked; null the first time. */
  takeWritten(): readonly ByteRange[] | null {
    const written = this.#written;
    this.#written = new Map();
    return written === null ? null : joined(written);
  }
}

/** Parts that touch become one. */
function joined(ends: ReadonlyMap<number, number>): ByteRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const [start, end] of [...ends].toSorted(([a], [b]) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && start <= last.end) {
      last.end = Math.max(last.end, end);
    } else {
      ranges.push({ start, end });
    }
  }
  return ranges;
}

/**
 * Rows with captured text are a few KB: in SQLite's own pages of 4 KB most fill a page by themselves.
 * Larger ones made the file a fifth smaller and its saves as much quicker.
 */
const pageBytes = 16_384;

interface SqlJsModule extends RawSqlite {
  readonly Database: new (bytes: Uint8Array | null) => RawDatabase;
}

type InitSqlJs = (options: {
  instantiateWasm(imports: object, done: (instance: WasmInstance) => void): object;
}) => Promise<SqlJsModule>;

type GlueFactory = (module: { exports: unknown }, exports: object, require: NodeJS.Require, folder: string) => void;

interface Compiled {
  readonly wasm: WasmModule;
  readonly glue: GlueFactory;
  readonly require: NodeJS.Require;
  readonly folder: string;
}

/**
 * Makes instances of sql.js. `import 'sql.js'` would give one for the life of the process (it caches
 * its promise), whose memory could never be freed; so its glue script is compiled once and run anew
 * for each instance, with a module scope of its own.
 */
export class SqlJsLoader {
  readonly #wasmPath: string | undefined;
  #compiled: Promise<Compiled> | null = null;

  /** @param wasmPath sql-wasm.wasm, with sql-wasm.js beside it; undefined for the installed package */
  constructor(wasmPath: string | undefined) {
    this.#wasmPath = wasmPath;
  }

  async instantiate(): Promise<SqlJsInstance> {
    this.#compiled ??= compile(this.#wasmPath);
    const { wasm, glue, require, folder } = await this.#compiled;
    const module: { exports: unknown } = { exports: {} };
    glue(module, module.exports as object, require, folder);
    const initSqlJs = module.exports as InitSqlJs;
    let memory: WasmMemory | undefined;
    const sqlJs = await initSqlJs({
      instantiateWasm(imports, done) {
        // Compiled already: this only allocates. The glue's own way would read and compile the file each time.
        const instance = new wasmRuntime.Instance(wasm, imports);
        memory = Object.values(instance.exports).find((value) => value instanceof wasmRuntime.Memory);
        done(instance);
        return instance.exports;
      },
    });
    if (memory === undefined) {
      throw new Error('sql-wasm.wasm exports no memory');
    }
    return new Instance(sqlJs, memory);
  }
}

class Instance implements SqlJsInstance {
  readonly raw: RawSqlite;
  readonly memory: WasmMemory;
  readonly #sqlJs: SqlJsModule;

  constructor(sqlJs: SqlJsModule, memory: WasmMemory) {
    this.#sqlJs = sqlJs;
    this.raw = sqlJs;
    this.memory = memory;
  }

  open(bytes: Uint8Array): OpenFile {
    const roomy = new RoomyBytes(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
    const database = new this.#sqlJs.Database(roomy);
    // The file that SQLite sees lives in memory; what makes data durable is our own saving. So all
    // that SQLite does for durability is switched off, which doubles the speed of bulk inserts.
    database.exec(
      `PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
       PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536`,
    );
    return { database, contentAfter: (commit, length) => contentAfter(roomy.file, commit, length) };
  }

  emptyFile(applicationId: number): Uint8Array {
    const database = new this.#sqlJs.Database(null);
    database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA application_id = ${applicationId}`);
    const bytes = database.export();
    database.close();
    return bytes;
  }
}

function contentAfter(file: FileBytes | null, commit: () => void, length: () => number): FileContent | null {
  if (file === null) {
    commit();
    return null;
  }
  const before = file.writes;
  commit();
  const bytes = length();
  if (file.writes === before || bytes > file.length) {
    return null;
  }
  return { bytes: file.subarray(0, bytes), changed: file.takeWritten() };
}

async function compile(wasmPath: string | undefined): Promise<Compiled> {
  const wasmFile = wasmPath ?? createRequire(import.meta.filename).resolve('sql.js/dist/sql-wasm.wasm');
  const folder = path.dirname(wasmFile);
  const gluePath = path.join(folder, 'sql-wasm.js');
  const glue = vm.compileFunction(readFileSync(gluePath, 'utf8'), ['module', 'exports', 'require', '__dirname'], {
    filename: gluePath,
  }) as GlueFactory;
  const wasm = await wasmRuntime.compile(readFileSync(wasmFile));
  return { wasm, glue, require: createRequire(gluePath), folder };
}
