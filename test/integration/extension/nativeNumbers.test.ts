import assert from 'node:assert/strict';
import type { Engine } from '../../../src/protocol/engine.ts';
import type { PromptUse } from '../../../src/protocol/promptUses.ts';
import { agentNode } from '../../../src/extension/agents/agentNodes.ts';
import { lensText } from '../../../src/extension/codelens/lensTexts.ts';
import { promptNodes } from '../../../src/extension/prompts/promptNodes.ts';
import { statusView } from '../../../src/extension/status/statusText.ts';
import { groupNode, traceNode } from '../../../src/extension/traces/traceNodes.ts';
import type { TreeNode } from '../../../src/extension/trees/treeNode.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import { Times } from '../../../src/format/times.ts';
import { exportedDatabase, now } from '../../ui/webview/numbers/database.ts';
import * as written from '../../ui/webview/numbers/writtenNumbers.ts';
import type { Workspace } from '../cli/workspace.ts';

const context = { numbers: new Numbers('en'), times: new Times('en', 'UTC'), now, today: '', yesterday: '' };
const range = { start: '2026-11-13T12:00:00.000Z', end: '2026-11-20T12:00:00.000Z' };
const inRange = (column: string): string => `${column} >= '${range.start}' AND ${column} < '${range.end}'`;
const { day, clock } = written.moments('UTC');
const plain = (text: string | undefined): string => (text ?? '').replaceAll(/\s+/g, ' ').trim();
const childrenOf = ({ children }: TreeNode): readonly TreeNode[] =>
  children === undefined || typeof children === 'function' ? [] : children;
const noChildren = (): Promise<readonly TreeNode[]> => Promise.resolve([]);

/** `88 % of 4,102`, with few `3 of 4`. */
const rateText = (successes: number, n: number): string =>
  n < 20
    ? `${written.count(successes)} of ${written.count(n)}`
    : `${written.wholeShare(successes / n)} of ${written.count(n)}`;

describe('every number in trees, lenses and the status bar is what another reader of the database counts', function () {
  this.timeout(120_000);
  let workspace: Workspace;
  let engine: Engine;

  before(async () => {
    ({ workspace, engine } = await exportedDatabase());
  });
  after(async () => {
    await engine.close();
    await workspace.remove();
  });

  const rows = (statement: string): readonly Record<string, string | number | null>[] =>
    workspace.sql(statement) as Record<string, string | number | null>[];
  const money = (usd: unknown): string => (typeof usd === 'number' ? written.money(usd) : 'no price');

  it('in the tree of traces: its days, and the traces below them', async () => {
    const filter = { scope: { range } };
    const { groups } = await engine.ask('traceGroups', { filter, grouping: 'day', timeZone: 'UTC', limit: 60 });
    const days = rows(
      `SELECT substr(created_at, 1, 10) AS day, count(*) AS n, sum(total_cost_usd) AS usd
       FROM llm_traces WHERE ${inRange('created_at')} GROUP BY 1 ORDER BY 1 DESC`,
    );
    assert.deepEqual(
      groups.map((group) => {
        const { label, description } = groupNode(group, 'day', noChildren, { ...context, open: false });
        return [label, plain(description)];
      }),
      days.map(({ day: date, n, usd }) => [
        day(`${String(date)}T12:00:00Z`),
        `${Number(n) === 1 ? '1 trace' : `${written.count(Number(n))} traces`} · ${money(usd)}`,
      ]),
    );
    const { traces } = await engine.ask('traces', {
      filter,
      grouping: 'day',
      timeZone: 'UTC',
      order: 'newest',
      limit: 200,
    });
    const expected = rows(
      `SELECT id, created_at AS at, latency_seconds AS seconds, total_cost_usd AS usd, total_tokens AS tokens,
         total_observations AS steps,
         (SELECT count(*) FROM llm_generations g WHERE g.trace_id = t.id) AS calls
       FROM llm_traces t WHERE ${inRange('created_at')} ORDER BY created_at DESC, id DESC LIMIT 200`,
    );
    for (const [index, trace] of traces.entries()) {
      const { id, at, seconds, usd, calls, tokens, steps } = expected[index] ?? {};
      const node = traceNode(trace, noChildren, context, { parentId: '', withDay: false });
      const figures = [
        clock(String(at)),
        ...(seconds === null ? [] : [written.duration(Number(seconds))]),
        ...(calls === 0 && usd === null ? [] : [money(usd)]),
      ];
      assert.deepEqual([trace.id, plain(node.description)], [id, figures.join(' · ')]);
      const tooltip = node.tooltip?.map(plain) ?? [];
      assert.ok(tooltip.includes(`Cost: ${money(usd)}`), tooltip.join('\n'));
      assert.ok(tokens === null || tooltip.includes(`Tokens: ${written.count(Number(tokens))}`), tooltip.join('\n'));
      assert.ok(tooltip.includes(`Observations: ${written.count(Number(steps))}`), tooltip.join('\n'));
    }
  });

  const versions = (): readonly Record<string, string | number | null>[] =>
    rows(
      `SELECT prompt_id AS id, count(*) AS runs, count(success) AS n, sum(success) AS successes,
         sum(cost_usd) / count(cost_usd) AS usd
       FROM prompt_executions WHERE ${inRange('executed_at')} GROUP BY 1`,
    );

  function versionText({ runs, n, successes, usd }: Record<string, string | number | null>): string {
    const rate = n === 0 ? `${written.count(Number(runs))} runs, none scored` : rateText(Number(successes), Number(n));
    return usd === null ? rate : `${rate} · ${money(usd)} a run`;
  }

  it('in the tree of prompts: every version of each', async () => {
    const { prompts } = await engine.ask('prompts', { scope: { range } });
    const nodes = promptNodes(prompts, context);
    const all = (list: readonly TreeNode[]): readonly TreeNode[] =>
      list.flatMap((node) => [node, ...all(childrenOf(node))]);
    const shown = all(nodes).filter((node) => node.context === 'promptVersion');
    const expected = new Map(versions().map((row) => [String(row.id), versionText(row)]));
    const found = shown.map(({ subject, description }) => {
      const { prompt, version } = subject as { readonly prompt: string; readonly version: number };
      return [`${prompt}:v${version}`, plain(description)] as const;
    });
    assert.ok(found.length > 5);
    assert.deepEqual(
      found,
      found.map(([id]) => [id, expected.get(id) ?? 'no linked generations']),
    );
    assert.deepEqual(
      [...expected.keys()].filter((id) => !found.some(([one]) => one === id)),
      [],
    );
  });

  it('in the tree of agents: each with its task types', async () => {
    const { agents } = await engine.ask('agents', { scope: { range } });
    const tally = (columns: string): readonly Record<string, string | number | null>[] =>
      rows(
        `SELECT ${columns}, count(*) AS tasks, count(success) AS n, sum(success) AS successes, avg(total_cost_usd) AS usd
         FROM agent_task_results WHERE ${inRange('started_at')} GROUP BY ${columns}`,
      );
    const text = (row: Record<string, string | number | null> | undefined): string => {
      assert.ok(row !== undefined);
      const rate =
        row.n === 0 ? `${written.count(Number(row.tasks))} tasks` : rateText(Number(row.successes), Number(row.n));
      return row.usd === null ? rate : `${rate} · ${money(row.usd)}`;
    };
    const [byAgent, byType] = [tally('agent_name'), tally('agent_name, task_type')];
    assert.equal(agents.length, byAgent.length);
    for (const agent of agents) {
      const node = agentNode(agent, noChildren, context);
      assert.equal(plain(node.description), text(byAgent.find((row) => row.agent_name === agent.agent)), agent.agent);
      const types = childrenOf(node).map(({ label, description }) => [label, plain(description)]);
      assert.deepEqual(
        types,
        types.map(([label]) => [
          label,
          text(
            byType.find((row) => row.agent_name === agent.agent && (row.task_type ?? 'Without a task type') === label),
          ),
        ]),
      );
    }
  });

  it('in lenses: every version that a program could name', async () => {
    const answer = await engine.ask('promptLens', { range });
    const expected = new Map(versions().map((row) => [String(row.id), row]));
    const options = { numbers: context.numbers, days: 7, minimumRuns: 20 };
    for (const { prompt, versions: known } of answer.prompts) {
      for (const { version } of known) {
        const use: PromptUse = {
          file: 'agent.ts',
          line: 0,
          span: { startLine: 0, startColumn: 0, endLine: 0, endColumn: 1 },
          promptName: prompt,
          version,
          label: null,
          via: 'call',
          dynamic: { version: false, label: false },
          localText: null,
        };
        const title = plain(lensText(use, answer, options).title).replace(/ [▲▼]/, '');
        const row = expected.get(`${prompt}:v${version}`);
        const head = `${prompt} · v${version} · `;
        if (row === undefined) {
          assert.equal(title, `${head}no linked generations (how to link)`);
          continue;
        }
        const [n, successes] = [Number(row.n), Number(row.successes)];
        const rate =
          n === 0
            ? `${written.count(Number(row.runs))} calls, none scored (7 d)`
            : n < 20
              ? `${successes} of ${n} ok (7 d)`
              : `${written.wholeShare(successes / n)} ok (${written.count(successes)}/${written.count(n)}, 7 d)`;
        assert.equal(title, row.usd === null ? head + rate : `${head}${rate} · ${money(row.usd)} a call`);
      }
    }
  });

  it('in the status bar', async () => {
    const spend = await engine.ask('spend', { timeZone: 'UTC', projectId: null });
    const { forecast } = spend;
    assert.ok(forecast !== null);
    const spent = {
      ...spend,
      todayMissing: null,
      forecast: { costUsd: forecast.costUsd, ...forecast.interval },
    };
    const view = statusView(
      {
        hasKeys: true,
        project: null,
        database: { backend: 'sqlite', location: 'llm_metrics.db' },
        running: null,
        background: { kind: 'stopped', lastRun: null },
        lastExportAt: now,
        spent,
      },
      context,
    );
    const since = (start: string): Record<string, string | number | null> =>
      rows(
        `SELECT sum(cost_usd) AS usd, count(*) - count(cost_usd) AS unpriced FROM llm_generations WHERE created_at >= '${start}'`,
      )[0] ?? {};
    const month = since('2026-11-01');
    assert.equal(plain(view.text), `${money(since('2026-11-20').usd)} today`);
    const tooltip = view.tooltip.map(plain);
    assert.ok(tooltip.includes(`Today: ${money(since('2026-11-20').usd)}`), tooltip.join('\n'));
    assert.ok(tooltip.includes(`This month: ${money(month.usd)}`), tooltip.join('\n'));
    assert.ok(tooltip.includes(`Calls without price: ${written.count(Number(month.unpriced))}`), tooltip.join('\n'));
    const [expected, low, high] = [forecast.costUsd, forecast.interval.low, forecast.interval.high].map(written.money);
    assert.ok(
      tooltip.includes(`Expected by 30 Nov: ${expected} (80 % interval ${low} to ${high})`),
      tooltip.join('\n'),
    );
  });
});
