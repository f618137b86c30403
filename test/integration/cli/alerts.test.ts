import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { AlertReport, AlertState } from '../../../src/protocol/analytics.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { cliBackends, errorOf, Workspace, type Ended } from './workspace.ts';

const reportOf = ({ stdout }: Ended): AlertReport => JSON.parse(stdout) as AlertReport;
const tooMuch = { id: 'money', title: 'All money', kind: 'budget', period: 'month', limitUsd: 0.000001, levels: [1] };
const enough = { id: 'plenty', kind: 'budget', period: 'day', limitUsd: 1e9 };

for (const backend of cliBackends) {
  describe(`langfuse-metrics alerts, on ${backend.name}`, function () {
    this.timeout(120_000);
    let server: LangfuseServer;
    let workspace: Workspace;

    before(async () => {
      server = await startLangfuseServer({ observations: 600, late: 0, end: Date.now(), days: 1, textBytes: 50 });
      workspace = await Workspace.create(server, await backend.server());
      await mkdir(path.join(workspace.folder, '.langfuse'), { recursive: true });
      const ended = await workspace.run(['export', '--hours', '48']);
      assert.equal(ended.exitCode, 0, ended.stderr);
    });
    after(async () => {
      await workspace.remove();
      await server.close();
    });

    const write = (content: string): Promise<void> =>
      writeFile(path.join(workspace.folder, '.langfuse', 'alerts.json'), content);
    const rules = (...list: readonly object[]): Promise<void> =>
      write(`{ // rules\n"alerts": ${JSON.stringify(list)} }`);

    it('ends with 0 and says so when there are no rules', async () => {
      const ended = await workspace.run(['alerts']);
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.match(ended.stdout, /No alert rules/);
      assert.deepEqual(reportOf(await workspace.run(['alerts', '--json'])).alerts, []);
    });

    it('ends with 1 while an alert fires, and says once that it is new', async () => {
      await rules(tooMuch, enough);
      const first = await workspace.run(['alerts', '--json']);
      assert.equal(first.exitCode, 1, first.stderr);
      const report = reportOf(first);
      assert.deepEqual(report.fired, ['money']);
      assert.deepEqual(
        report.alerts.map(({ id, state }) => [id, state]),
        [
          ['money', 'firing'],
          ['plenty', 'ok'],
        ],
      );
      const second = await workspace.run(['alerts']);
      assert.equal(second.exitCode, 1);
      assert.match(second.stdout, /^firing {2} +All money: \$\S+ of <?\$0\.0001 spent this month \(.*\)\.$/m);
      assert.match(second.stdout, /^ok +Daily budget: /m);
      assert.ok(!second.stdout.includes('(new)'));
      // The figure is that of the sum over the table of the month.
      const month = new Date(new Date().getFullYear(), new Date().getMonth(), 1).toISOString();
      const [row] = workspace.sql(`SELECT sum(cost_usd) AS usd FROM llm_generations WHERE created_at >= '${month}'`);
      const { value } = report.alerts[0] ?? assert.fail();
      assert.ok(Math.abs((value ?? 0) - Number(row?.usd)) < 1e-9);
    });

    it('ends with 0 when nothing fires, and with 2 when a rule is broken besides', async () => {
      await rules(enough);
      assert.equal((await workspace.run(['alerts'])).exitCode, 0);
      await write(
        '{ "alerts": [\n{ "id": "plenty", "kind": "budget", "period": "day", "limitUsd": 1e9 },\n{ "kind": "x" }\n] }',
      );
      const ended = await workspace.run(['alerts']);
      assert.equal(ended.exitCode, 2);
      assert.match(ended.stdout, /^broken +\.langfuse\/alerts\.json:3: kind: /m);
      assert.match(ended.stdout, /^ok /m);
      await rules(tooMuch, { kind: 'x' });
      assert.equal((await workspace.run(['alerts'])).exitCode, 1);
    });

    it('are evaluated after each export, which they do not fail', async () => {
      await rules(tooMuch, { ...tooMuch, id: 'other', title: 'Again' });
      const ended = await workspace.run(['export', '--json']);
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.match(ended.stderr, /Alert: Again: \$/);
      const rows = workspace.sql('SELECT alert_id, state FROM alert_states ORDER BY alert_id');
      assert.deepEqual(rows, [
        { alert_id: 'money', state: 'firing' },
        { alert_id: 'other', state: 'firing' },
      ]);
    });
  });
}

describe('langfuse-metrics serve --webhook', function () {
  this.timeout(120_000);
  let server: LangfuseServer;
  let workspace: Workspace;
  let receiver: http.Server;
  let posted: { fired: readonly AlertState[] }[];
  let refusals: number;

  beforeEach(async () => {
    posted = [];
    refusals = 2;
    receiver = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        refusals -= 1;
        if (refusals < 0) {
          posted.push(JSON.parse(body) as { fired: readonly AlertState[] });
        }
        response.writeHead(refusals < 0 ? 204 : 503).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    server = await startLangfuseServer({ observations: 300, late: 0, end: Date.now(), days: 1, textBytes: 50 });
    workspace = await Workspace.create(server);
    Object.assign(workspace.environment, { EXPORT_LOOKBACK_HOURS: '48' });
    await mkdir(path.join(workspace.folder, '.langfuse'), { recursive: true });
    const rules = JSON.stringify({ alerts: [tooMuch, enough] });
    await writeFile(path.join(workspace.folder, '.langfuse', 'alerts.json'), rules);
  });
  afterEach(async () => {
    await workspace.remove();
    await server.close();
    receiver.closeAllConnections();
    receiver.close();
  });

  it('posts what fires after an export, with patience, and logs no more of the address than its host', async () => {
    const { port } = receiver.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}/hooks/top-secret`;
    const service = workspace.start(['serve', '--webhook', address]);
    await service.until(() => posted.length > 0);
    service.child.kill('SIGTERM');
    const ended = await service.ended;
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.deepEqual(
      posted.map(({ fired }) => fired.map(({ id, state }) => [id, state])),
      [[['money', 'firing']]],
    );
    assert.match(ended.stderr, /Alert: All money: /);
    assert.match(ended.stderr, /HTTP 503; trying again/);
    assert.ok(!ended.stderr.includes('top-secret'));
  });

  it('takes the address from the environment, but not from .env, and refuses what is none', async () => {
    workspace.environment.LANGFUSE_METRICS_WEBHOOK = 'ftp://secret@example.org';
    const wrong = await workspace.run(['serve', '--json']);
    assert.equal(wrong.exitCode, 2, wrong.stderr);
    assert.match(errorOf(wrong).message, /LANGFUSE_METRICS_WEBHOOK/);
    assert.ok(!wrong.stderr.includes('secret@'));
    delete workspace.environment.LANGFUSE_METRICS_WEBHOOK;
    await writeFile(path.join(workspace.folder, '.env'), 'LANGFUSE_METRICS_WEBHOOK=nonsense\n');
    const service = workspace.start(['serve']);
    await service.until(() => service.stderr.includes('Next export at'));
    service.child.kill('SIGTERM');
    assert.equal((await service.ended).exitCode, 0);
    assert.equal(posted.length, 0);
  });
});
