import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { propagateAttributes, startActiveObservation, startObservation } from '@langfuse/tracing';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Langfuse } from 'langfuse';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { allFields, authorization, get, walk } from './client.ts';

describe('The stand-in as a collector', () => {
  describe('of the legacy SDK', () => {
    async function send(server: LangfuseServer): Promise<void> {
      const langfuse = new Langfuse({ publicKey: server.publicKey, secretKey: server.secretKey, baseUrl: server.url });
      const trace = langfuse.trace({
        id: 'legacy-trace',
        name: 'legacy-run',
        userId: 'u1',
        tags: ['a'],
        input: { q: 1 },
      });
      const generation = trace.generation({
        id: 'legacy-generation',
        name: 'call',
        model: 'gpt-4o',
        usage: { input: 100, output: 50, total: 150 },
        metadata: { cost_usd: 0.1, is_primary: true },
      });
      generation.end({ output: 'done' });
      trace.event({ name: 'rate_limit_fallback', metadata: { original_model: 'gpt-4o' } });
      langfuse.score({ id: 'legacy-score', traceId: 'legacy-trace', name: 'quality', value: 0.5 });
      await langfuse.shutdownAsync();
    }

    it('stores traces, merged observations and scores, with a synthetic root', async () => {
      const server = await startLangfuseServer({ generation: 'dual', observations: 0 });
      try {
        await send(server);
        const { rows } = await walk(server, { fields: allFields, traceId: 'legacy-trace' });
        assert.deepEqual(rows.map(({ name }) => name).sort(), ['call', 'legacy-run', 'rate_limit_fallback']);
        const generation = rows.find(({ id }) => id === 'legacy-generation')!;
        assert.equal(generation.output, 'done');
        assert.equal(generation.parentObservationId, 't-legacy-trace');
        assert.equal(generation.userId, 'u1');
        assert.deepEqual(generation.usageDetails, { input: 100, output: 50, total: 150 });
        assert.equal(generation.totalCost, 0.00075);
        const { totalCost } = (await (await get(server, 'traces/legacy-trace')).json()) as { totalCost: number };
        assert.equal(totalCost, 0.00075);
        const scores = (await (await get(server, 'v3/scores?traceId=legacy-trace')).json()) as {
          data: { value: number }[];
        };
        assert.deepEqual(
          scores.data.map(({ value }) => value),
          [0.5],
        );
      } finally {
        await server.close();
      }
    });
  });

  it('takes OTLP from the current SDK and shows its rows with all that it sent', async () => {
    const server = await startLangfuseServer({ observations: 0 });
    const { publicKey, secretKey, url: baseUrl } = server;
    const processor = new LangfuseSpanProcessor({ publicKey, secretKey, baseUrl, environment: 'staging' });
    const provider = new NodeTracerProvider({ spanProcessors: [processor] });
    provider.register();
    try {
      await propagateAttributes({ userId: 'u2', sessionId: 's2', tags: ['t'], traceName: 'agent-trace' }, () =>
        startActiveObservation(
          'agent',
          (agent) => {
            agent.update({ input: { question: 1 }, metadata: { tenant: 'acme', n: 42 } });
            const call = startObservation(
              'call',
              { model: 'gpt-4o', usageDetails: { input: 10, output: 5 }, output: 'yes' },
              { asType: 'generation' },
            );
            call.end();
            return Promise.resolve();
          },
          { asType: 'agent' },
        ),
      );
      await processor.forceFlush();
      const { rows } = await walk(server, { fields: allFields });
      const agent = rows.find(({ name }) => name === 'agent')!;
      const call = rows.find(({ name }) => name === 'call')!;
      assert.equal(agent.type, 'AGENT');
      assert.equal(agent.input, '{"question":1}');
      assert.equal(agent.environment, 'staging');
      assert.equal(agent.traceName, 'agent-trace');
      const { tenant, n, ...rest } = agent.metadata as Record<string, unknown>;
      assert.deepEqual([tenant, n], ['acme', 42]);
      assert.equal(rest['scope.name'], 'langfuse-sdk');
      assert.deepEqual(
        [call.type, call.model, call.userId, call.sessionId, call.tags, call.parentObservationId, call.totalCost],
        ['GENERATION', 'gpt-4o', 'u2', 's2', ['t'], agent.id, 0.000075],
      );
    } finally {
      await provider.shutdown();
      await server.close();
    }
  });

  it('shows ingested rows only after its delay', async () => {
    const server = await startLangfuseServer({ observations: 0, ingestionDelayMs: 200 });
    try {
      const headers = {
        authorization: authorization(server),
        'content-type': 'application/json',
      };
      const body = JSON.stringify({ id: 'late-score', name: 'x', value: 1, traceId: 't' });
      await fetch(`${server.url}/api/public/scores`, { method: 'POST', headers, body });
      const visible = async (): Promise<number> =>
        ((await (await get(server, 'v3/scores')).json()) as { data: unknown[] }).data.length;
      assert.equal(await visible(), 0);
      await delay(250);
      assert.equal(await visible(), 1);
    } finally {
      await server.close();
    }
  });
});
