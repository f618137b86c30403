import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { Exporter } from '../../../src/engine/export/exporter.ts';
import { ObservationPages } from '../../../src/engine/export/observationPages.ts';
import { PageThread, sourcePageWorker } from '../../../src/engine/export/pageThread.ts';
import { connectLangfuse } from '../../../src/engine/langfuse/connect.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import { decodeRows } from '../../../src/engine/store/encodedRows.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import type { ExportReport } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

const options = { projectId: 'p', textLimit: 4000, mutable: false };

const row = (id: string, parts: object = {}): object => ({
  id,
  traceId: `trace of ${id}`,
  type: 'GENERATION',
  startTime: '2026-11-20T10:00:00.000Z',
  metadata: { tier: 'gold' },
  usageDetails: { input: 3, output: 4, total: 7 },
  ...parts,
});

/** A body in pieces that begin and end anywhere, also inside a character. */
function body(json: unknown): Uint8Array<ArrayBuffer>[] {
  const bytes = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start < bytes.length; start += 101) {
    pieces.push(new Uint8Array(bytes.subarray(start, start + 101)));
  }
  return pieces;
}

const page = {
  data: [
    row('a', { input: 'ünï 文字 🦊'.repeat(50), updatedAt: '2026-11-20T10:00:02.000Z' }),
    row('a', { name: 'an older copy', updatedAt: '2026-11-20T10:00:01.000Z' }),
    row('b', { type: 'SPAN', usageDetails: {}, startTime: '2026-11-21T10:00:00.000Z' }),
    row('c', { type: 'EVENT', usageDetails: {} }),
    { id: 'bad', type: 'SPAN', startTime: 'soon' },
  ],
  meta: { cursor: 'next' },
};

describe('The thread that prepares pages', () => {
  let thread: PageThread;
  beforeEach(() => (thread = new PageThread(options, sourcePageWorker())));
  afterEach(() => thread.close());

  it('gives the cursor, what every row becomes, and what it could not read', async () => {
    const opened = await thread.read(body(page));
    assert.equal(opened?.cursor, 'next');
    const prepared = await opened.page;
    const { llm_generations: generations, llm_spans: spans, llm_events: events } = prepared.tables;
    assert.deepEqual(
      [generations, spans, events].map((rows) => decodeRows(rows).map(({ id, trace_id }) => [id, trace_id])),
      [[['a', 'trace of a']], [['b', 'trace of b']], [['c', 'trace of c']]],
    );
    const [generation] = decodeRows(generations);
    assert.equal(generation?.prompt_text, 'ünï 文字 🦊'.repeat(50));
    assert.deepEqual([generation.name, generation.total_tokens, generation.tier], [null, 7, 'gold']);
    assert.deepEqual(
      decodeRows(prepared.traces).map((trace) => [trace.project_id, trace.id, trace.total_tokens]),
      [
        ['p', 'trace of a', 7],
        ['p', 'trace of b', null],
        ['p', 'trace of c', null],
      ],
    );
    assert.deepEqual(
      [...prepared.hours],
      [
        ['2026-11-20T10', 3],
        ['2026-11-21T10', 1],
      ],
    );
    assert.equal(prepared.received, 5);
    assert.deepEqual(prepared.setAside, [{ stream: 'observations', id: 'bad', reason: 'startTime: no valid time' }]);
  });

  it('prepares a page just as the thread of the caller does', async () => {
    const here = await new ObservationPages(options).read(body(page));
    const there = await thread.read(body(page));
    assert.deepEqual(await there?.page, await here?.page);
  });

  it('mixes nothing up when pages come before others are done and memory is used again', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => `${index}`.repeat(index % 3 === 0 ? 5000 : 10));
    const names: unknown[] = [];
    const opened = texts.map((text) => thread.read(body({ data: [row(text)], meta: {} })));
    for (const one of opened.slice(0, 6)) {
      const prepared = await (await one)?.page;
      assert.ok(prepared);
      names.push(decodeRows(prepared.tables.llm_generations)[0]?.id);
      thread.release(prepared);
    }
    opened.push(thread.read(body({ data: [row('last')], meta: {} })));
    for (const one of opened.slice(6)) {
      const prepared = await (await one)?.page;
      assert.ok(prepared);
      names.push(decodeRows(prepared.tables.llm_generations)[0]?.id);
    }
    assert.deepEqual(names, [...texts, 'last']);
  });

  it('tells an answer that was cut off from one of another shape', async () => {
    assert.equal(await thread.read(body(JSON.stringify(page).slice(0, 300))), undefined);
    await assert.rejects(thread.read(body({ data: 1, meta: {} })), { name: 'MalformedPage', message: /^data: / });
    assert.equal((await thread.read(body({ data: [], meta: {} })))?.cursor, null);
  });
});

describe('An export whose thread dies', function () {
  this.timeout(60_000);
  let folder: string;
  let server: LangfuseServer;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'langfuse-metrics-thread-'));
    server = await startLangfuseServer({ observations: 4000, textBytes: 1000 });
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(pageWorker?: string): Promise<ExportReport> {
    const { url: baseUrl, publicKey, secretKey } = server;
    const config = parseConfig({ workspace: folder, langfuse: { baseUrl, publicKey, secretKey } }, (name) => name);
    const shared = { config, clock: systemClock, log: silentLog };
    const store = openStore({ ...shared, purpose: 'test', onLockWait: () => undefined });
    const exporter = new Exporter({
      ...shared,
      store,
      connect: (onWait, signal) =>
        connectLangfuse(
          {
            ...shared,
            credentials: { baseUrl, publicKey, secretKey },
            plan: 'auto',
            pageSize: 1000,
            fetch: (url, init) => fetch(url, init),
            onWait,
          },
          signal,
        ),
      ...(pageWorker === undefined ? {} : { pageWorkerPath: pageWorker }),
    });
    const range = { start: '2026-10-01T00:00:00Z', end: '2026-11-22T12:00:00Z' };
    try {
      return await exporter.run({ range, trigger: 'command' }, () => undefined);
    } finally {
      await store.close();
    }
  }

  function inFile(sql: string): unknown[] {
    using database = new DatabaseSync(path.join(folder, '.langfuse', 'llm_metrics.db'), { readOnly: true });
    return database
      .prepare(sql)
      .all()
      .map((found) => ({ ...found }));
  }

  it('does without the thread where its script is missing', async () => {
    assert.equal((await run(path.join(folder, 'missing.mjs'))).status, 'completed');
  });

  const deaths = {
    'ends without a word': `process.exit(3)`,
    throws: `throw new Error('no more')`,
  };
  for (const [death, code] of Object.entries(deaths)) {
    it(`because it ${death} says so, keeps whole pages, and is gone on with by the next`, async () => {
      const script = path.join(folder, 'dies.mjs');
      writeFileSync(
        script,
        `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { ${code} });`,
      );
      await assert.rejects(run(script), { code: 'engine.crashed' });
      assert.deepEqual(inFile('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
      assert.deepEqual(inFile('SELECT status FROM export_metadata'), [{ status: 'failed' }]);
      // A synthetic root is no observation to Langfuse's users, and traces do not count it.
      const observations = ['llm_generations', 'llm_spans', 'llm_events']
        .map((table) => `SELECT id FROM ${table} WHERE id <> 't-' || trace_id`)
        .join(' UNION ALL ');
      const [{ rows, traces }] = inFile(`
        SELECT count(*) AS rows, (SELECT sum(total_observations) FROM llm_traces) AS traces
        FROM (${observations})`) as [{ rows: number; traces: number }];
      assert.ok(rows > 0, 'the page before the thread is kept');
      assert.equal(traces, rows);
      const report = await run();
      const { generations, spans, events } = report.counts;
      assert.equal(report.status, 'completed');
      assert.equal(generations + spans + events, server.dataset.totals().observations);
    });
  }
});
