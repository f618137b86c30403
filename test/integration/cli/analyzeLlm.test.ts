import assert from 'node:assert/strict';
import type { FallbacksAnswer, ModelsAnswer, UsageAnswer } from '../../../src/protocol/analytics.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { cliBackends, Workspace } from './workspace.ts';

type Document = ModelsAnswer & {
  readonly fallbackChains: FallbacksAnswer['chains'];
  readonly fallbackStorms: FallbacksAnswer['storms'];
  readonly overTime?: UsageAnswer;
};

/** Sums come as text from PostgreSQL; of nothing they are null. */
const known = (sum: unknown): number | null => (sum === null ? null : Number(sum));

for (const backend of cliBackends) {
  describe(`langfuse-metrics analyze llm, on ${backend.name}`, function () {
    this.timeout(120_000);
    let server: LangfuseServer;
    let workspace: Workspace;

    before(async () => {
      server = await startLangfuseServer({ observations: 3000, late: 0, end: Date.now(), days: 3, textBytes: 50 });
      workspace = await Workspace.create(server, await backend.server());
      workspace.environment.TZ = 'UTC';
      const ended = await workspace.run(['export', '--hours', '96']);
      assert.equal(ended.exitCode, 0, ended.stderr);
    });
    after(async () => {
      await workspace.remove();
      await server.close();
    });

    const llm = async (...flags: string[]): Promise<Document> => {
      const ended = await workspace.run(['analyze', 'llm', '--json', ...flags]);
      assert.equal(ended.exitCode, 0, ended.stderr);
      return JSON.parse(ended.stdout) as Document;
    };

    it('gives each model’s calls, tokens, cost and errors as another reader of the database counts them', async () => {
      const { models } = await llm('--days', '30');
      const expected = workspace.sql(
        `SELECT provider, model, count(*) AS calls, sum(input_tokens) AS input, sum(output_tokens) AS output,
           sum(cost_usd) AS usd, sum(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) AS errors
         FROM llm_generations GROUP BY provider, model`,
      );
      assert.equal(models.length, expected.length);
      for (const row of expected) {
        const found = models.find(({ model }) => model === row.model) ?? assert.fail(String(row.model));
        assert.deepEqual(
          [found.provider, found.calls, found.inputTokens, found.outputTokens, found.errorRate.count],
          [row.provider, Number(row.calls), known(row.input), known(row.output), Number(row.errors)],
        );
        assert.deepEqual([found.errorRate.n, found.costUsd === null], [Number(row.calls), row.usd === null]);
        assert.ok(Math.abs((found.costUsd ?? 0) - Number(row.usd ?? 0)) < 1e-9);
        assert.ok((found.errorRate.low ?? 1) <= (found.errorRate.value ?? 0));
        assert.ok((found.errorRate.high ?? 0) >= (found.errorRate.value ?? 1));
      }
    });

    it('names the chains of fallbacks, and how often each was taken', async () => {
      const { fallbackChains } = await llm('--days', '30');
      const expected = workspace.sql(
        `SELECT original_model AS original, fallback_model AS fallback, count(*) AS times FROM llm_events
         WHERE event_type = 'fallback' AND event_name <> 'fallback_success' GROUP BY 1, 2`,
      );
      const key = (chain: { original: unknown; fallback: unknown }): string =>
        `${String(chain.original)} ${String(chain.fallback)}`;
      assert.ok(fallbackChains.length > 1);
      assert.deepEqual(
        new Map(fallbackChains.map((chain) => [key(chain), chain.count])),
        new Map(expected.map(({ original, fallback, times }) => [key({ original, fallback }), Number(times)] as const)),
      );
      for (const { count, reasons } of fallbackChains) {
        assert.equal(
          reasons.reduce((sum, reason) => sum + reason.count, 0),
          count,
        );
      }
    });

    it('shows the same over time, and the period before beside it', async () => {
      const { overTime, models, previousRange } = await llm('--days', '1', '--over', 'hour', '--compare');
      assert.ok(overTime !== undefined && previousRange !== null);
      const [series] = overTime.series;
      const calls = models.reduce((sum, model) => sum + model.calls, 0);
      assert.equal(series?.total.calls, calls);
      assert.ok(models.some(({ previous }) => (previous?.calls ?? 0) > 0));
      const [row] = workspace.sql(
        `SELECT count(*) AS calls FROM llm_generations
         WHERE created_at >= '${previousRange.start}' AND created_at < '${previousRange.end}'`,
      );
      assert.equal(models.reduce((sum, { previous }) => sum + (previous?.calls ?? 0), 0) <= Number(row?.calls), true);
    });

    it('prints tables with units, and CSV', async () => {
      const text = await workspace.run(['analyze', 'llm', '--days', '3', '--over', 'day', '--compare']);
      assert.equal(text.exitCode, 0, text.stderr);
      assert.match(text.stdout, /^Model +Provider +Calls +Tokens +Cost +Before +Cost \/ 1,000 calls +p50 +p95/m);
      assert.match(
        text.stdout,
        /^Over time\n\nFrom +Calls +Tokens +Cost +p95 +Errors +Fallbacks\n[─ ]+\n\d+ \w{3} +\d/m,
      );
      assert.match(text.stdout, /^Fallbacks\n\nFrom +To +Fallbacks +Reasons$/m);
      const csv = await workspace.run(['analyze', 'llm', '--csv']);
      assert.match(csv.stdout, /^provider,model,/);
      const overTime = await workspace.run(['analyze', 'llm', '--csv', '--over', 'day']);
      assert.match(overTime.stdout, /^start,calls,errors,fallbacks,totalTokens,costUsd,/);
    });
  });
}
