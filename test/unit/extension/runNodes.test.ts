import assert from 'node:assert/strict';
import { runDetailsText } from '../../../src/extension/runs/runDetails.ts';
import { coverageText, runNode, runningNode, type RunNode } from '../../../src/extension/runs/runNodes.ts';
import { aRun, context, now, plain, someProgress } from './builders.ts';

const outline = ({ label, description }: RunNode): string => plain(`${label} | ${description ?? ''}`);
const child = (node: RunNode, label: string): RunNode => {
  const found = node.children?.find((one) => one.label === label);
  assert.ok(found, label);
  return found;
};
const setAside = (count: number): { stream: 'observations'; id: string; reason: string }[] =>
  Array.from({ length: count }, (_, index) => ({
    stream: 'observations',
    id: `row-${index}`,
    reason: 'no start time',
  }));

describe('a run in the tree', () => {
  it('shows when, how much and how long', () => {
    const node = runNode(aRun(), context);
    assert.equal(outline(node), '14:30 | 41 traces · 2.10 s');
    assert.deepEqual(node.icon, { name: 'check' });
    assert.equal(plain(node.spoken ?? ''), 'Completed, 14:30, 41 traces · 2.10 s');
  });

  it('opens into its range, counts and requests, without kinds that it has none of', () => {
    assert.deepEqual(runNode(aRun(), context).children?.map(outline), [
      'Range | 22 Nov 14:30 to 14:30',
      'Traces | 41',
      'Generations | 1,204',
      'Requests | 7',
    ]);
  });

  it('draws attention to rows that are missing', () => {
    const node = runNode(aRun({ setAside: setAside(1) }), context);
    assert.equal(outline(node), '14:30 | 41 traces · 1 set aside · 2.10 s');
    assert.deepEqual(node.icon, { name: 'warning', color: 'list.warningForeground' });
    assert.deepEqual(child(node, 'Set aside').children?.map(outline), ['row-0 | no start time']);
  });

  it('cuts a long list of set-aside rows and says how many are left', () => {
    const rows = child(runNode(aRun({ setAside: setAside(1250) }), context), 'Set aside').children ?? [];
    assert.equal(rows.length, 51);
    assert.equal(rows.at(-1)?.label, '1,200 more');
    assert.deepEqual(rows.at(-1)?.command, { id: 'langfuseMetrics.showRunDetails', argument: 'run-1' });
  });

  it('lists the days that differ from the server', () => {
    const day = { day: '2026-11-22', server: 1300, local: 1204, reason: 'still arriving' };
    const node = child(runNode(aRun({ unreconciled: [day] }), context), 'Differs from the server');
    assert.equal(outline(node), 'Differs from the server | 1 day');
    assert.deepEqual(node.children?.map(outline), ['2026-11-22 | 1,204 here, 1,300 on the server']);
  });

  it('says why it failed', () => {
    const node = runNode(aRun({ status: 'failed', errorMessage: 'Langfuse refused the key.' }), context);
    assert.equal(outline(node), '14:30 | Langfuse refused the key.');
    assert.equal(node.children?.[0]?.label, 'Langfuse refused the key.');
    assert.deepEqual(node.icon, { name: 'error', color: 'list.errorForeground' });
  });

  it('says how it ended when that was neither success nor failure', () => {
    assert.equal(outline(runNode(aRun({ status: 'cancelled' }), context)), '14:30 | cancelled · 41 traces');
    assert.equal(
      outline(runNode(aRun({ status: 'interrupted', completedAt: null }), context)),
      '14:30 | interrupted · 41 traces',
    );
  });

  it('has an id for every row that no other row has', () => {
    const day = { day: '2026-11-22', server: 1, local: 2, reason: '' };
    const ids: string[] = [];
    const collect = (node: RunNode): void => {
      ids.push(node.id);
      node.children?.forEach(collect);
    };
    collect(runNode(aRun({ setAside: [...setAside(2), ...setAside(2)], unreconciled: [day] }), context));
    collect(runNode(aRun({ runId: 'run-2', setAside: setAside(2) }), context));
    assert.equal(new Set(ids).size, ids.length);
  });

  it('is shown live while it runs', () => {
    const node = runningNode(
      { request: { trigger: 'command', range: null }, since: now, progress: someProgress() },
      context,
    );
    assert.equal(outline(node), 'Running | 45 % · 12,400 rows · 2 min 08 s left');
  });
});

describe('the line above the runs', () => {
  const range = (start: string, end: string): { projectId: string; start: string; end: string } => ({
    projectId: 'project-1',
    start: `${start}.000Z`,
    end: `${end}.000Z`,
  });

  it('says which times are in the database, and whether some are missing between', () => {
    const first = range('2026-11-16T14:00:00', '2026-11-17T00:00:00');
    const second = range('2026-11-20T00:00:00', '2026-11-23T14:30:00');
    assert.equal(coverageText([], context), '');
    assert.equal(coverageText([second], context), 'Exported: 20 Nov 00:00 to 14:30');
    assert.equal(coverageText([second, first], context), 'Exported: 16 Nov 14:00 to 14:30 · 1 gap');
  });
});

describe('the document of a run', () => {
  it('has every set-aside row', () => {
    const text = runDetailsText(aRun({ setAside: setAside(1250) }), context.numbers);
    assert.match(text, /Rows set aside: 1,250/);
    assert.equal(text.match(/no start time/g)?.length, 1250);
    assert.match(text, /Exported range: 2026-11-22T14:30:00\.000Z to 2026-11-23T14:30:00\.000Z/);
  });
});
