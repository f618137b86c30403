import assert from 'node:assert/strict';
import { startLangfuseServer, type LangfuseServer } from '../langfuse-server/server.ts';
import { ask, type Answer } from './ask.ts';
import { OpenApi } from './openapi.ts';
import { loadRecordedProject } from './recordedProject.ts';
import { readRecordings, type Recording } from './recordings.ts';
import { shapeDifferences } from './shape.ts';

const realKeys = { publicKey: 'pk-lf-real-0001', secretKey: 'sk-lf-real-0001', projectId: 'proj-real' };
const authorization = `Basic ${Buffer.from(`${realKeys.publicKey}:${realKeys.secretKey}`).toString('base64')}`;

/** Headers that tell a client something. */
const tellingHeaders = [
  'content-type',
  'vary',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'retry-after',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
];

/** These answers hold what the recorded project's rows only partly tell, or another project's names. */
const comparedByShape = new Set([
  'models',
  'projects',
  'v2-metrics-by-model',
  'v2-metrics-by-name',
  'v2-metrics-time-hour',
  'v2-observations-time-date-only',
  'v2-observations-time-invalid',
  'v2-observations-time-nozone',
]);

function replay(server: LangfuseServer, recording: Recording, target = recording.target): Promise<Answer> {
  return ask(server.url + target, recording.method, recording.requestHeaders, recording.requestBody);
}

function pick(headers: Answer['headers']): Record<string, unknown> {
  return Object.fromEntries(tellingHeaders.map((name) => [name, headers[name]]));
}

describe('The stand-in server, asked what a real one was asked', () => {
  describe('with the recorded project in it', () => {
    // The 429s need a plan, and have a suite of their own. Writes come last: they change what reads see.
    const recordings = readRecordings('')
      .filter(({ name }) => !name.startsWith('429'))
      .sort((a, b) => Number(a.method === 'POST') - Number(b.method === 'POST'));
    let server: LangfuseServer;

    before(async () => {
      server = await startLangfuseServer({ ...realKeys, observations: 0 });
      loadRecordedProject(server.dataset, recordings);
    });
    after(() => server.close());

    for (const recording of recordings) {
      it(`answers ${recording.name} as recorded`, async () => {
        const answer = await replay(server, recording);
        assert.equal(answer.status, recording.status);
        if (recording.body === undefined) {
          assert.equal(answer.headers['content-type'], recording.headers['content-type']);
          return;
        }
        assert.deepEqual(pick(answer.headers), pick(recording.headers));
        if (comparedByShape.has(recording.name)) assert.deepEqual(shapeDifferences(recording.body, answer.body), []);
        else assert.deepEqual(answer.body, recording.body);
      });
    }
  });

  describe('out of quota', () => {
    for (const recording of readRecordings('').filter(
      ({ name }) => name.startsWith('429') && name !== '429-v2-prompts',
    )) {
      it(`refuses ${recording.name} with the same headers and body`, async () => {
        const server = await startLangfuseServer({ ...realKeys, observations: 0, plan: 'hobby' });
        try {
          let answer: Answer;
          do answer = await ask(server.url + recording.target, 'GET', { authorization });
          while (answer.status === 200);
          assert.equal(answer.status, 429);
          assert.deepEqual(shapeDifferences(recording.body, answer.body), []);
          assert.equal(answer.headers['retry-after'], recording.headers['retry-after']);
          assert.match(
            String(answer.headers['x-ratelimit-reset']),
            /^\w{3} \w{3} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4} \(.+\)$/,
          );
          assert.equal(answer.headers['x-ratelimit-remaining'], '0');
        } finally {
          await server.close();
        }
      });
    }
  });

  for (const { folder, cloud } of [
    { folder: 'dual', cloud: false },
    { folder: 'dual-cloud', cloud: true },
  ]) {
    describe(`in dual mode, recorded in ${folder}`, () => {
      let server: LangfuseServer;

      before(async () => {
        server = await startLangfuseServer({ ...realKeys, generation: 'dual', cloud, observations: 4000 });
      });
      after(() => server.close());

      for (const recording of readRecordings(folder)) {
        it(`answers ${recording.name} in the recorded shape`, async () => {
          const answer = await replay(server, recording, localTarget(server, recording.target));
          assert.equal(answer.status, recording.status);
          assert.deepEqual(shapeDifferences(recording.body, answer.body), []);
          if (answer.status === 404) assert.deepEqual(answer.body, recording.body);
          assert.deepEqual(deprecationOf(answer.body), deprecationOf(recording.body));
        });
      }
    });
  }

  it('gives 64-bit integers of the metrics endpoint as strings where the database was recorded to', async () => {
    const server = await startLangfuseServer({ ...realKeys, observations: 2000, numbersAsStrings: true });
    try {
      for (const recording of readRecordings('ch-quote64')) {
        const answer = await replay(server, recording);
        assert.equal(answer.status, 200);
        assert.deepEqual(shapeDifferences(recording.body, answer.body), [], recording.name);
      }
    } finally {
      await server.close();
    }
  });
});

/** Ids of the recorded project become ids of the generated one. */
function localTarget({ dataset }: LangfuseServer, target: string): string {
  const scored = dataset.scores.find(({ observationId }) => observationId !== null)!;
  return target
    .replace('96cab7ee88a37471ce6251a0f907cd7f', encodeURIComponent(scored.traceId!))
    .replace('85a74d772b706358', encodeURIComponent(scored.observationId!))
    .replace('session-1', dataset.trace(scored.traceId!)!.sessionId || 'session-1')
    .replace('prompts?name=summarise', 'prompts?name=translate')
    .replaceAll('2026-11-21T00', '2026-11-01T00');
}

function deprecationOf(body: unknown): unknown {
  return (body as { _deprecation?: unknown })._deprecation;
}

describe("The stand-in server's answers", () => {
  const openApi = new OpenApi();
  const everything = 'fields=core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context&limit=1000';
  const metrics = encodeURIComponent(
    JSON.stringify({
      view: 'observations',
      metrics: [{ measure: 'count', aggregation: 'count' }],
      fromTimestamp: '2026-10-01T00:00:00Z',
      toTimestamp: '2026-12-01T00:00:00Z',
    }),
  );

  async function check(server: LangfuseServer, path: string, target: string, status = 200): Promise<void> {
    const answer = await ask(`${server.url}/api/public${target}`, 'GET', { authorization });
    assert.equal(answer.status, status);
    assert.deepEqual(openApi.problems('GET', `/api/public${path}`, status, answer.body), []);
  }

  it('fit the official OpenAPI file where only events are kept', async () => {
    const server = await startLangfuseServer({ ...realKeys, observations: 5000, retentionDays: 90 });
    try {
      await check(server, '/health', '/health');
      await check(server, '/projects', '/projects');
      await check(server, '/models', '/models');
      await check(server, '/v2/observations', `/v2/observations?${everything}`);
      await check(server, '/v2/observations', '/v2/observations?limit=3');
      await check(server, '/v3/scores', '/v3/scores?limit=100&fields=details,subject,annotation');
      await check(server, '/v2/metrics', `/v2/metrics?query=${metrics}`);
      await check(server, '/v2/prompts', '/v2/prompts?limit=100');
      for (const { name, version } of server.dataset.prompts) {
        await check(server, '/v2/prompts/{promptName}', `/v2/prompts/${encodeURIComponent(name)}?version=${version}`);
      }
      await check(server, '/v2/observations', '/v2/observations?limit=1001', 400);
      await check(server, '/traces', '/traces', 404);
    } finally {
      await server.close();
    }
  });

  it('fit it on the endpoints of the first generation', async () => {
    const server = await startLangfuseServer({ ...realKeys, generation: 'legacy', observations: 3000 });
    try {
      const scored = server.dataset.scores.find(({ observationId }) => observationId !== null)!;
      const [traceId, observationId] = [encodeURIComponent(scored.traceId!), encodeURIComponent(scored.observationId!)];
      await check(server, '/traces', '/traces?limit=100');
      await check(server, '/traces/{traceId}', `/traces/${traceId}`);
      await check(server, '/observations', '/observations?limit=100');
      await check(server, '/observations/{observationId}', `/observations/${observationId}`);
      await check(server, '/sessions', '/sessions?limit=100');
      await check(server, '/sessions/{sessionId}', '/sessions/session-1');
      // Scores of sessions have trace null, as recorded; the file wants an object there.
      for (const name of ['success', 'quality', 'outcome', 'feedback']) {
        await check(server, '/v2/scores', `/v2/scores?limit=100&name=${name}`);
      }
      await check(server, '/metrics', `/metrics?query=${metrics}`);
    } finally {
      await server.close();
    }
  });
});
