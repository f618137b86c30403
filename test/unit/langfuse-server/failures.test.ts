import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import type { LangfuseServerOptions } from '../../langfuse-server/options.ts';
import { authorization, get } from './client.ts';

async function withServer(
  options: Partial<LangfuseServerOptions>,
  use: (server: LangfuseServer) => Promise<void>,
): Promise<void> {
  const server = await startLangfuseServer({ observations: 300, ...options });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

const page = 'v2/observations?limit=100';

describe('The stand-in out of order', () => {
  const statuses = [
    ['http500', 500],
    ['timeout422', 422],
    ['html502', 502],
    ['http524', 524],
    ['http429', 429],
    ['unauthorized', 401],
  ] as const;
  for (const [kind, status] of statuses) {
    it(`answers ${status} on ${kind}, and only when the plan says so`, () =>
      withServer({ faults: [{ kind, at: [2] }] }, async (server) => {
        const answers = [await get(server, page), await get(server, page), await get(server, page)];
        assert.deepEqual(
          answers.map((answer) => answer.status),
          [200, status, 200],
        );
        const html = kind === 'html502' || kind === 'http524';
        assert.equal(
          answers[1]!.headers.get('content-type')?.startsWith(html ? 'text/html' : 'application/json'),
          true,
        );
        assert.deepEqual(
          server.requests.map(({ fault }) => fault),
          [null, kind, null],
        );
      }));
  }

  it('ends the connection in the middle of a body', () =>
    withServer({ faults: [{ kind: 'reset', every: 1 }] }, async (server) => {
      await assert.rejects(async () => (await get(server, page)).text());
    }));

  it('ends the JSON in the middle', () =>
    withServer({ faults: [{ kind: 'truncated', every: 1 }] }, async (server) => {
      const answer = await get(server, page);
      const text = await answer.text();
      assert.equal(answer.status, 200);
      assert.throws(() => JSON.parse(text), SyntaxError);
    }));

  it('hangs until it is closed', () =>
    withServer({ faults: [{ kind: 'hang', every: 1 }] }, async (server) => {
      const asked = get(server, page).then(
        () => 'answered',
        () => 'closed',
      );
      assert.equal(await Promise.race([asked, delay(150, 'silent')]), 'silent');
      await server.close();
      assert.equal(await asked, 'closed');
    }));

  it('drips a whole answer slowly', () =>
    withServer({ faults: [{ kind: 'drip', every: 1, dripMs: 300 }] }, async (server) => {
      const started = performance.now();
      const { data } = (await (await get(server, page)).json()) as { data: unknown[] };
      assert.equal(data.length, 100);
      assert.ok(performance.now() - started > 250);
    }));

  it('spoils one row of a page', () =>
    withServer({ faults: [{ kind: 'malformedRow', every: 1, path: 'v2/observations' }] }, async (server) => {
      const { data } = (await (await get(server, page)).json()) as { data: { startTime: string }[] };
      assert.equal(data.filter(({ startTime }) => Number.isNaN(Date.parse(startTime))).length, 1);
    }));

  it('spoils one given row whenever it is served', () =>
    withServer({}, async (server) => {
      const { data } = (await (await get(server, page)).json()) as { data: { id: string }[] };
      const { id } = data[7]!;
      server.setFaults([{ kind: 'malformedRow', rowId: id }]);
      for (let attempt = 0; attempt < 2; attempt++) {
        const spoilt = (await (await get(server, page)).json()) as { data: { id: string; startTime: string }[] };
        assert.deepEqual(
          spoilt.data.filter(({ startTime }) => startTime === 'not a time').map((row) => row.id),
          [id],
        );
      }
    }));
});

describe("The stand-in's quota", () => {
  it('allows one request less than the plan has points, then asks to wait for the window', () =>
    withServer({ plan: 'hobby', rateWindowSeconds: 1 }, async (server) => {
      const statuses: number[] = [];
      for (let request = 0; request < 31; request++)
        statuses.push((await get(server, 'v2/observations?limit=1')).status);
      assert.deepEqual(statuses, [...Array<number>(29).fill(200), 429, 429]);
      const refused = await get(server, 'v3/scores?limit=1');
      assert.equal(refused.status, 429, 'scores share the bucket');
      assert.equal(refused.headers.get('retry-after'), '1');
      assert.equal((await get(server, 'v2/prompts')).status, 200, 'prompts have no limit');
      await delay(1050);
      assert.equal((await get(server, 'v2/observations?limit=1')).status, 200);
    }));
});

describe("The stand-in's keys", () => {
  it('may only read, or only write', async () => {
    const score = JSON.stringify({ name: 'x', value: 1, traceId: 't' });
    for (const [keyType, reading, writing] of [
      ['viewer', 200, 403],
      ['ingestion', 403, 200],
      ['full', 200, 200],
    ] as const) {
      await withServer({ keyType }, async (server) => {
        const headers = { authorization: authorization(server), 'content-type': 'application/json' };
        const written = await fetch(`${server.url}/api/public/scores`, { method: 'POST', headers, body: score });
        assert.equal((await get(server, page)).status, reading);
        assert.equal(written.status, writing);
      });
    }
  });
});
