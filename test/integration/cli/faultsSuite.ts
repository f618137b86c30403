import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRule } from '../../langfuse-server/http/faults.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { errorOf, reportOf, Workspace, type CliBackend } from './workspace.ts';

const exportAll = [
  'export',
  '--start-time',
  '2026-10-01T00:00:00Z',
  '--end-time',
  '2026-11-22T12:00:00Z',
  '--json',
] as const;
const pageSize = 100;

const observationPages = (server: LangfuseServer): number =>
  server.requests.filter(({ path }) => path.endsWith('/v2/observations')).length;

/** Compares, through the database's own shell, what is stored with what the generator says it made. */
function assertEqualsServer(workspace: Workspace, server: LangfuseServer): void {
  const totals = server.dataset.totals();
  const [stored] = workspace.sql(`
    SELECT (SELECT count(*) FROM llm_traces) AS traces,
           (SELECT count(*) FROM llm_generations) AS generations,
           (SELECT count(*) FROM llm_spans) AS spans,
           (SELECT count(*) FROM llm_events) AS events,
           (SELECT count(*) FROM llm_scores) AS scores,
           (SELECT count(*) FROM prompt_variants) AS "promptVersions",
           (SELECT sum(input_tokens) FROM llm_generations) AS "inputTokens",
           (SELECT sum(output_tokens) FROM llm_generations) AS "outputTokens",
           (SELECT sum(cost_usd) FROM llm_generations) AS "costUsd",
           (SELECT sum(total_cost_usd) FROM llm_traces) AS "costOfTraces"`);
  assert.ok(stored !== undefined);
  const { costUsd, costOfTraces, ...counts } = stored;
  const { traces, generations, spans, events, scores, promptVersions, inputTokens, outputTokens } = totals;
  assert.deepEqual(counts, { traces, generations, spans, events, scores, promptVersions, inputTokens, outputTokens });
  for (const cost of [costUsd, costOfTraces]) {
    assert.ok(Math.abs(Number(cost) - totals.costUsd) < 1e-9 * totals.costUsd, `${String(cost)} of ${totals.costUsd}`);
  }
  workspace.assertSound();
}

/** Ids of all observations and scores that have arrived at the server. */
function arrivedIds(server: LangfuseServer): string[] {
  const rows = [...server.dataset.traceIds()].flatMap((traceId) => server.dataset.rowsOfTrace(traceId));
  return [...rows, ...server.dataset.scores].map(({ id }) => id);
}

/** Each of these rows is stored, or named among the rows set aside. */
function assertMissesOnlySetAside(workspace: Workspace, ids: readonly string[]): void {
  const stored = new Set(
    workspace
      .sql(
        `SELECT id FROM llm_generations UNION ALL SELECT id FROM llm_spans
         UNION ALL SELECT id FROM llm_events UNION ALL SELECT id FROM llm_scores`,
      )
      .map(({ id }) => id),
  );
  const setAside = new Set(
    workspace
      .sql('SELECT set_aside FROM export_metadata WHERE set_aside IS NOT NULL')
      .flatMap(
        ({ set_aside: rows }) => (typeof rows === 'string' ? (JSON.parse(rows) as unknown) : rows) as { id: string }[],
      )
      .map(({ id }) => id),
  );
  const lost = ids.filter((id) => !stored.has(id) && !setAside.has(id));
  assert.deepEqual(lost, []);
}

/** Most of its time is waiting, so each backend has a file of its own, which run side by side. */
export function describeFaults(backend: CliBackend): void {
  describe(`langfuse-metrics export to ${backend.name} from a server that fails in every way`, function () {
    this.timeout(300_000);
    let server: LangfuseServer;
    let workspace: Workspace;

    // The first rule that hits a request wins, and streams that are read side by side mix their requests:
    // what must happen once comes first.
    const faults: readonly FaultRule[] = [
      { kind: 'unauthorized', path: '/v2/observations', at: [25] },
      { kind: 'hang', path: '/v2/observations', at: [8] },
      { kind: 'malformedRow', path: '/v3/scores', at: [4] },
      { kind: 'http500', every: 17 },
      { kind: 'html502', every: 19 },
      { kind: 'http524', every: 23 },
      { kind: 'reset', every: 29 },
      { kind: 'truncated', every: 31 },
      { kind: 'http429', every: 37 },
      { kind: 'drip', every: 41, dripMs: 1000 },
      { kind: 'timeout422', path: '/v2/observations', every: 13 },
      { kind: 'malformedRow', path: '/v2/observations', every: 12 },
    ];

    afterEach(async () => {
      await workspace.remove();
      await server.close();
    });

    it('ends with exactly the server’s rows', async () => {
      server = await startLangfuseServer({
        observations: 4000,
        continuation: 0.1,
        hugeTexts: 3,
        lateAfterRequests: 40,
        resent: 0.02,
        late: 0.01,
        faults,
      });
      workspace = await Workspace.create(server, await backend.server());
      workspace.environment.EXPORT_BATCH_SIZE = String(pageSize);
      // Rows that arrive behind the walk are for the next export.
      const onTime = arrivedIds(server);
      const refused = await workspace.run(exportAll);
      assert.equal(refused.exitCode, 2, refused.stderr);
      assert.equal(errorOf(refused).code, 'auth.invalid');
      const resumed = await workspace.run(exportAll);
      assert.equal(resumed.exitCode, 0, resumed.stderr);
      const hit = new Set(server.requests.map(({ fault }) => fault));
      for (const { kind } of faults) {
        assert.ok(hit.has(kind), `${kind} never happened`);
      }
      assert.deepEqual(reportOf(resumed).unreconciled, []);
      assertMissesOnlySetAside(workspace, onTime);

      // The rows that were spoiled on their way are whole at the server.
      server.setFaults(faults.filter(({ kind }) => !['malformedRow', 'unauthorized', 'hang'].includes(kind)));
      const again = await workspace.run(exportAll);
      assert.equal(again.exitCode, 0, again.stderr);
      assert.deepEqual(reportOf(again).setAside, []);
      assertEqualsServer(workspace, server);
    });

    it('sets a row aside that stays malformed, and stores all others', async () => {
      server = await startLangfuseServer({ observations: 300, late: 0, resent: 0 });
      const [position] = server.dataset.positions({});
      const { id } = server.dataset.row(position!);
      server.setFaults([{ kind: 'malformedRow', path: '/v2/observations', rowId: id }]);
      workspace = await Workspace.create(server, await backend.server());
      const ended = await workspace.run(exportAll);
      assert.equal(ended.exitCode, 0, ended.stderr);
      const { setAside, unreconciled } = reportOf(ended);
      assert.deepEqual(
        setAside.map((row) => [row.stream, row.id]),
        [['observations', id]],
      );
      assert.ok(setAside[0]?.reason.includes('startTime'));
      assert.ok(unreconciled.length <= 1);
      const [stored] = workspace.sql(
        'SELECT (SELECT count(*) FROM llm_generations) + (SELECT count(*) FROM llm_spans) + (SELECT count(*) FROM llm_events) AS n',
      );
      assert.equal(stored?.n, server.dataset.totals().observations - 1);
    });
  });

  describe(`langfuse-metrics export to ${backend.name}, killed`, function () {
    this.timeout(180_000);
    const kills = 15;
    let server: LangfuseServer;
    let workspace: Workspace;

    before(async () => {
      server = await startLangfuseServer({ observations: 6000, late: 0, resent: 0, latencyMs: 25 });
      workspace = await Workspace.create(server, await backend.server());
      workspace.environment.EXPORT_BATCH_SIZE = String(pageSize);
    });

    after(async () => {
      await workspace.remove();
      await server.close();
    });

    it('loses nothing that was saved, never harms the file, and spends only the requests that are left', async () => {
      const random = randomNumbers(1);
      let saved = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        const killed = workspace.start(exportAll);
        const requests = server.requests.length + Math.floor(14 * random());
        await killed.until(() => server.requests.length >= requests);
        await delay(60 * random());
        killed.child.kill('SIGKILL');
        await killed.ended;
        if (workspace.hasTables) {
          workspace.assertSound();
          const rows = storedObservations(workspace);
          assert.ok(rows >= saved, `${saved} rows, then ${rows}`);
          saved = rows;
        }
      }
      const pagesBefore = observationPages(server);
      const ended = await workspace.run(exportAll);
      assert.equal(ended.exitCode, 0, ended.stderr);
      assertEqualsServer(workspace, server);
      const pagesLeft = Math.ceil((server.dataset.totals().storedRows - saved) / pageSize);
      const pagesSpent = observationPages(server) - pagesBefore;
      // One asks which generation the server is; a window may end in a page that is not full.
      assert.ok(pagesSpent <= 1.05 * pagesLeft + 4, `${pagesSpent} pages for ${pagesLeft}`);
      const states = workspace.sql('SELECT DISTINCT status FROM export_metadata ORDER BY status');
      assert.deepEqual(states, [{ status: 'completed' }, { status: 'interrupted' }]);
    });
  });
}

function storedObservations(workspace: Workspace): number {
  const [row] = workspace.sql(
    'SELECT (SELECT count(*) FROM llm_generations) + (SELECT count(*) FROM llm_spans) + (SELECT count(*) FROM llm_events) AS n',
  );
  return Number(row?.n);
}

/** mulberry32: the same moments again for the same seed. */
function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
