import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/**
 * The export of 100,000 observations with 1 KB of text each from a server on loopback, against
 * inserting the very same rows straight into a file with node:sqlite. Both in one run, side by side.
 */
const observations = Number(process.env.BENCH_OBSERVATIONS ?? 100_000);
const textBytes = 1024;
const leastRatio = 0.5;
const mostRequests = 1.05;
const pageSize = 1000;
/**
 * The server's collector would walk all of its rows again and again meanwhile, which is not the export's
 * work either: with this much room for them it does not.
 */
const serverHeap = '--initial-old-space-size=4096';
/** Rows that the server has serialised beforehand, so that its work is not measured as the export's. */
const fields = 'core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'langfuse-metrics-bench-'));

const serverLine = z.object({ url: z.string(), publicKey: z.string(), secretKey: z.string() });
const reportLine = z.object({
  status: z.string(),
  counts: z.object({
    generations: z.number(),
    spans: z.number(),
    events: z.number(),
    scores: z.number(),
    prompts: z.number(),
  }),
  requests: z.number(),
});

async function startServer(): Promise<{ child: ChildProcess; keys: z.infer<typeof serverLine> }> {
  const main = path.join(root, 'test/langfuse-server/main.ts');
  const loader = pathToFileURL(path.join(root, 'node_modules/tsx/dist/esm/index.mjs')).href;
  const size = [
    '--observations',
    String(observations),
    '--text-bytes',
    String(textBytes),
    '--days',
    '30',
    '--end',
    'now',
  ];
  const child = spawn(
    process.execPath,
    [serverHeap, '--import', loader, main, '--port', '0', '--no-gzip', '--warm', fields, ...size],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return { child, keys: serverLine.parse(JSON.parse(line)) };
}

/** What the one before has left to be written to the disk is not measured as the next one's work. */
function timed<T>(work: () => T): { seconds: number; result: T } {
  execFileSync('sync');
  const start = performance.now();
  const result = work();
  return { seconds: (performance.now() - start) / 1000, result };
}

function runExport(keys: z.infer<typeof serverLine>, workspace: string): z.infer<typeof reportLine> {
  const range = ['--hours', '744'];
  const output = execFileSync(
    process.execPath,
    [path.join(root, 'dist/cli.js'), 'export', '--json', '--workspace', workspace, ...range],
    {
      env: {
        PATH: process.env.PATH,
        LANGFUSE_BASE_URL: keys.url,
        LANGFUSE_PUBLIC_KEY: keys.publicKey,
        LANGFUSE_SECRET_KEY: keys.secretKey,
        EXPORT_CAPTURED_TEXT_LENGTH: '1000000',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 64 * 2 ** 20,
    },
  );
  return reportLine.parse(JSON.parse(output.toString()));
}

interface TableRows {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (string | number | null)[][];
}

/** Schema and rows of an exported file. */
function readDatabase(file: string): { schema: string[]; tables: TableRows[] } {
  const db = new DatabaseSync(file, { readOnly: true });
  const objects = db
    .prepare("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    .all();
  const tables = objects
    .filter((object) => object.type === 'table')
    .map(({ name }) => {
      const statement = db.prepare(`SELECT * FROM "${String(name)}"`);
      statement.setReturnArrays(true);
      const rows = statement.all() as unknown as (string | number | null)[][];
      return { name: String(name), columns: statement.columns().map((column) => String(column.column)), rows };
    });
  db.close();
  return { schema: objects.map((object) => String(object.sql)), tables };
}

/** The same rows into the same tables and indexes, a prepared statement, a transaction per 1,000 rows, WAL. */
function insertDirectly(file: string, { schema, tables }: ReturnType<typeof readDatabase>): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  for (const sql of schema) {
    db.exec(sql);
  }
  for (const { name, columns, rows } of tables) {
    const insert = db.prepare(`INSERT INTO "${name}" VALUES (${columns.map(() => '?').join(', ')})`);
    for (let start = 0; start < rows.length; start += pageSize) {
      db.exec('BEGIN');
      for (const row of rows.slice(start, start + pageSize)) {
        insert.run(...row);
      }
      db.exec('COMMIT');
    }
  }
  db.close();
}

const { child, keys } = await startServer();
try {
  const rounds = [1, 2, 3].map((round) => {
    const workspace = path.join(folder, `workspace-${round}`);
    execFileSync('mkdir', ['-p', workspace]);
    const exported = timed(() => runExport(keys, workspace));
    const database = readDatabase(path.join(workspace, '.langfuse/llm_metrics.db'));
    const direct = timed(() => {
      insertDirectly(path.join(folder, `direct-${round}.db`), database);
    });
    const { counts, requests } = exported.result;
    const rows = counts.generations + counts.spans + counts.events;
    // The text of a prompt's version takes a request of its own.
    const needed = Math.ceil(rows / pageSize) + Math.ceil(counts.scores / 100) + counts.prompts;
    const ratio = direct.seconds / exported.seconds;
    console.log(
      `round ${round}: export ${Math.round(rows / exported.seconds)} rows/s (${exported.seconds.toFixed(2)} s), ` +
        `node:sqlite ${Math.round(rows / direct.seconds)} rows/s (${direct.seconds.toFixed(2)} s), ratio ${ratio.toFixed(2)}; ` +
        `${requests} requests, ${needed} needed, ${(requests / needed).toFixed(3)}`,
    );
    return { direct: direct.seconds, exported: exported.seconds, requests: requests / needed };
  });
  // Other programs only ever slow a round down, so the fastest of each say most; the best ratio of a
  // round would favour one whose direct insert was disturbed.
  const fastest = (kind: 'direct' | 'exported'): number => Math.min(...rounds.map((round) => round[kind]));
  const best = fastest('direct') / fastest('exported');
  const most = Math.max(...rounds.map(({ requests }) => requests));
  console.log(
    `export against node:sqlite: ratio ${best.toFixed(2)} (at least ${leastRatio}); requests ${most.toFixed(3)} (at most ${mostRequests})`,
  );
  if (best < leastRatio || most > mostRequests) {
    process.exitCode = 1;
  }
} finally {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}
