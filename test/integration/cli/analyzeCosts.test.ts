import assert from 'node:assert/strict';
import type { CostsAnswer, RepriceAnswer, SpendAnswer } from '../../../src/protocol/analytics.ts';
import type { TraceSummary } from '../../../src/protocol/browse.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { cliBackends, errorOf, Workspace } from './workspace.ts';

type Document = CostsAnswer & {
  readonly topTraces: readonly TraceSummary[];
  readonly spend: SpendAnswer;
  readonly reprice: RepriceAnswer | null;
};

for (const backend of cliBackends) {
  describe(`langfuse-metrics analyze costs, on ${backend.name}`, function () {
    this.timeout(120_000);
    let server: LangfuseServer;
    let workspace: Workspace;

    before(async () => {
      server = await startLangfuseServer({ observations: 3000, late: 0, end: Date.now(), days: 3, textBytes: 50 });
      workspace = await Workspace.create(server, await backend.server());
      const ended = await workspace.run(['export', '--hours', '96']);
      assert.equal(ended.exitCode, 0, ended.stderr);
    });
    after(async () => {
      await workspace.remove();
      await server.close();
    });

    const costs = async (...flags: string[]): Promise<Document> => {
      const ended = await workspace.run(['analyze', 'costs', '--json', ...flags]);
      assert.equal(ended.exitCode, 0, ended.stderr);
      return JSON.parse(ended.stdout) as Document;
    };

    it('gives what another reader of the database sums', async () => {
      const document = await costs('--days', '30');
      const expected = workspace.sql(
        `SELECT model AS key, count(*) AS calls, sum(cost_usd) AS usd, count(*) - count(cost_usd) AS without
         FROM llm_generations GROUP BY model`,
      );
      assert.equal(document.rows.length, expected.length);
      for (const row of expected) {
        const found = document.rows.find(({ key }) => key === row.key) ?? assert.fail(String(row.key));
        assert.deepEqual([found.calls, found.callsWithoutCost], [Number(row.calls), Number(row.without)]);
        assert.ok(Math.abs((found.costUsd ?? 0) - Number(row.usd ?? 0)) < 1e-9);
        assert.equal(found.costUsd === null, row.usd === null);
      }
      const total = document.rows.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
      assert.ok(Math.abs(total - (document.totalCostUsd ?? 0)) < 1e-9);
      assert.deepEqual(document.reprice, null);
      // Three days are too few to foresee a month by.
      assert.deepEqual([document.spend.forecast, document.spend.missing.forecast], [null, 'tooFew']);
    });

    it('names the ten dearest traces, dearest first', async () => {
      const { topTraces } = await costs('--days', '30');
      const expected = workspace.sql(
        `SELECT trace_id AS id, sum(cost_usd) AS usd, count(*) AS calls
         FROM llm_generations GROUP BY trace_id HAVING sum(cost_usd) IS NOT NULL ORDER BY 2 DESC LIMIT 10`,
      );
      assert.deepEqual(
        topTraces.map(({ id, generations }) => [id, generations]),
        expected.map(({ id, calls }) => [id, Number(calls)]),
      );
      for (const [index, { costUsd }] of topTraces.entries()) {
        assert.ok(Math.abs((costUsd ?? 0) - Number(expected[index]?.usd)) < 1e-9);
      }
    });

    it('adds up the rows beyond the limit, and compares with the period before', async () => {
      const document = await costs('--days', '1', '--by', 'user', '--limit', '3', '--compare');
      assert.equal(document.rows.length, 3);
      assert.ok(document.others !== null && document.others.calls > 0);
      assert.ok(document.rows.some(({ previousCostUsd }) => previousCostUsd !== null));
    });

    it('tells what another model would have cost, usage kind by usage kind', async () => {
      const { reprice } = await costs('--days', '30', '--what-if', 'gpt-4o-mini');
      assert.ok(reprice !== null);
      assert.equal(reprice.prices.source, 'langfuse');
      const usage = workspace
        .sql(`SELECT usage_details AS usage FROM llm_generations WHERE observation_type <> 'EMBEDDING'`)
        .map(({ usage: details }) => (typeof details === 'string' ? (JSON.parse(details) as object) : details) ?? {});
      // The stand-in prices input and output; what its cache gave is charged as input.
      const usd = usage
        .flatMap((details) => Object.entries(details as Record<string, number>))
        .filter(([kind]) => kind !== 'total')
        .reduce((sum, [kind, tokens]) => sum + tokens * (kind.startsWith('output') ? 0.6e-6 : 0.15e-6), 0);
      assert.ok(Math.abs((reprice.repricedUsd ?? 0) - usd) < 1e-9, `${String(reprice.repricedUsd)} is not ${usd}`);
      assert.ok(reprice.caveats.length >= 2);
    });

    it('prints a table with the month below it, and CSV', async () => {
      const text = await workspace.run(['analyze', 'costs', '--what-if', 'gpt-4o-mini']);
      assert.equal(text.exitCode, 0, text.stderr);
      assert.match(text.stdout, /^Model +Cost +Share +Calls +Without price +Tokens$/m);
      assert.match(text.stdout, /^Most expensive traces\n\nTrace +Name +Started +Cost +Calls +Tokens$/m);
      assert.match(text.stdout, /^Today \$.*, yesterday \$.*, this month so far \$/m);
      assert.match(text.stdout, /^At the prices of gpt-4o-mini \(langfuse\)$/m);
      assert.match(text.stdout, /same number of tokens/);
      const csv = await workspace.run(['analyze', 'costs', '--csv']);
      assert.match(csv.stdout, /^key,costUsd,callsWithoutCost,calls,totalTokens,share,previousCostUsd\r\n/);
    });

    it('refuses a model without a price, a dimension that does not exist and a limit of 0', async () => {
      const model = await workspace.run(['analyze', 'costs', '--json', '--what-if', 'no-such-model']);
      assert.equal(model.exitCode, 2);
      assert.equal(errorOf(model).code, 'question.invalid');
      assert.equal((await workspace.run(['analyze', 'costs', '--by', 'mood'])).exitCode, 2);
      assert.equal((await workspace.run(['analyze', 'costs', '--limit', '0'])).exitCode, 2);
    });
  });
}
