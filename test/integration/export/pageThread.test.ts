import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { Exporter } from '../../../src/engine/export/exporter.ts';
import { ObservationPages } from '../../../src/engine/export/observationPages.ts';
import { PageThread, sourcePageWorker } from '../../../src/engine/export/pageThread.ts';
import type { PreparedPage } from '../../../src/engine/export/preparedPage.ts';
import { connectLangfuse } from '../../../src/engine/langfuse/connect.ts';
import { exchange, textOf, TimedOut, type RawReply, type Timeouts } from '../../../src/engine/langfuse/exchange.ts';
import { networkProblem } from '../../../src/engine/langfuse/failures.ts';
import type { OpenedPage } from '../../../src/engine/langfuse/records.ts';
import { runtimeFetch, silentLog, systemClock, type Clock } from '../../../src/engine/ports.ts';
import { decodeRows } from '../../../src/engine/store/encodedRows.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import type { ExportReport } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { json, ScriptedServer, tooManyRequests, type Route } from '../langfuse/scriptedServer.ts';

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

describe('A page that the thread asks for', () => {
  const timeouts = { attemptMs: 20_000, stallMs: 10_000 };
  const path = '/page';
  let thread: PageThread;
  let server: ScriptedServer;
  const started: ScriptedServer[] = [];
  beforeEach(() => (thread = new PageThread(options, sourcePageWorker())));
  afterEach(async () => {
    await thread.close();
    for (const one of started.splice(0)) {
      await one.stop();
    }
  });

  const start = async (routes: Readonly<Record<string, Route>>): Promise<void> => {
    server = await ScriptedServer.start(routes);
    started.push(server);
  };
  const get = async (route: Route, limits: Partial<Timeouts> = {}, signal?: AbortSignal): Promise<RawReply> => {
    await start({ [path]: route });
    return thread.exchange(`${server.url}${path}`, { authorization: 'Basic a2V5' }, { ...timeouts, ...limits }, signal);
  };

  it('is read there, and asked for with what it was told', async () => {
    const reply = await get((_, response) => json(response, page, 200, { 'x-served-by': 'test' }));
    assert.equal(server.received[0]?.authorization, 'Basic a2V5');
    assert.deepEqual([reply.status, reply.headers.get('x-served-by')], [200, 'test']);
    assert.equal(reply.bytes, Buffer.byteLength(JSON.stringify(page)));
    const opened = (await reply.decoded) as OpenedPage<PreparedPage>;
    assert.equal(opened.cursor, 'next');
    const here = await new ObservationPages(options).read(body(page));
    assert.deepEqual(await opened.page, await here?.page);
  });

  it('is the first one, where many are expected', async () => {
    await start({ [path]: (_, response) => json(response, page) });
    const pages = new ObservationPages(options);
    try {
      assert.equal(pages.exchange(), null);
      pages.expectMany();
      const reply = await pages.exchange()?.(`${server.url}${path}`, {}, timeouts, undefined);
      const opened = (await reply?.decoded) as OpenedPage<PreparedPage>;
      assert.equal((await opened.page).received, 5);
    } finally {
      await pages.close();
    }
  });

  it('is given back as it came when it is a refusal', async () => {
    const reply = await get((_, response) => tooManyRequests(response, 7, 30));
    assert.deepEqual([reply.status, reply.headers.get('retry-after'), reply.decoded], [429, '7', undefined]);
    assert.match(textOf(reply.body), /Rate limit exceeded/u);
    const redirect = await thread.exchange(`${server.url}/elsewhere`, {}, timeouts, undefined);
    assert.equal(redirect.status, 404);
  });

  it('is told from one that was cut off, and from one of another shape', async () => {
    const cut = await get((_, response) => response.end(JSON.stringify(page).slice(0, 300)));
    assert.equal(await cut.decoded, undefined);
    const other = await get((_, response) => json(response, { data: 1, meta: {} }));
    await assert.rejects(other.decoded ?? Promise.resolve(), { name: 'MalformedPage' });
  });

  const faults: Record<string, Route> = {
    'a connection reset in the middle of the body': (_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"data":[');
      setTimeout(() => response.destroy(), 5);
    },
    'a connection closed without an answer': (_, response) => void response.destroy(),
  };
  for (const [name, route] of Object.entries(faults)) {
    it(`fails by ${name} as it would here`, async () => {
      const there = await get(route).catch((error: unknown) => networkProblem(error, 'host'));
      const here = await exchange(runtimeFetch, `${server.url}${path}`, {}, timeouts, undefined).catch(
        (error: unknown) => networkProblem(error, 'host'),
      );
      assert.ok('detail' in there && 'detail' in here);
      assert.deepEqual([there.detail, there.final], [here.detail, here.final]);
      assert.match(there.detail, /^[A-Z_]+$/u);
    });
  }

  it('fails where nobody listens as it would here', async () => {
    await start({});
    const closed = `${server.url}${path}`;
    await server.stop();
    const failed = await thread.exchange(closed, {}, timeouts, undefined).catch((error: unknown) => error);
    assert.equal(networkProblem(failed, 'host').detail, 'ECONNREFUSED');
  });

  it('is given up when no answer comes, or no more of it', async () => {
    await assert.rejects(
      get(() => undefined, { attemptMs: 50 }),
      TimedOut,
    );
    const begun: Route = (_, response) => void response.writeHead(200).write('{');
    await assert.rejects(get(begun, { stallMs: 50 }), TimedOut);
  });

  it('is left alone at once when the caller gives up, with the caller’s reason', async () => {
    const caller = new AbortController();
    const closed = Promise.withResolvers<null>();
    const asked = get(
      (_, response) => {
        response.on('close', () => closed.resolve(null));
        caller.abort(new Error('enough'));
      },
      {},
      caller.signal,
    );
    await assert.rejects(asked, { message: 'enough' });
    await closed.promise;
    await assert.rejects(
      get(() => undefined, {}, caller.signal),
      { message: 'enough' },
    );
  });

  it('fails with the thread', async () => {
    const asked = get(() => void thread.close());
    await assert.rejects(asked, { code: 'engine.crashed' });
    await assert.rejects(thread.exchange(server.url, {}, timeouts, undefined), { code: 'engine.crashed' });
  });
});

describe('An export with a thread', function () {
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

  async function run(pageWorker?: string, clock: Clock = systemClock): Promise<ExportReport> {
    const { url: baseUrl, publicKey, secretKey } = server;
    const config = parseConfig({ workspace: folder, langfuse: { baseUrl, publicKey, secretKey } }, (name) => name);
    const shared = { config, clock, log: silentLog };
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
            fetch: runtimeFetch,
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

  it('has every row of a server that fails in many ways', async () => {
    const path = '/v2/observations';
    server.setFaults([
      { kind: 'http500', path, every: 7 },
      { kind: 'html502', path, every: 9 },
      { kind: 'reset', path, every: 5 },
      { kind: 'truncated', path, every: 8 },
      { kind: 'drip', path, every: 11, dripMs: 200 },
    ]);
    const quick: Clock = { now: () => systemClock.now(), sleep: (_, signal) => systemClock.sleep(1, signal) };
    const { status, counts, unreconciled } = await run(undefined, quick);
    assert.equal(status, 'completed');
    assert.deepEqual(unreconciled, []);
    assert.equal(counts.generations + counts.spans + counts.events, server.dataset.totals().observations);
    const pages = server.requests.filter((request) => request.path.endsWith(path));
    for (const kind of ['http500', 'html502', 'reset', 'truncated', 'drip']) {
      assert.ok(
        pages.some(({ fault }) => fault === kind),
        `${kind} never happened`,
      );
    }
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
