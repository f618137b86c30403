import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { EngineError } from '../../../src/engine/errors.ts';
import type { MovedTableReport, MoveReport } from '../../../src/protocol/engine.ts';
import { day, event, generation, legacyTrace, score, span, variant } from '../../unit/store/fixture.ts';
import { MovedProject, tables } from './movedProject.ts';

const tableOf = (report: MoveReport, name: string): MovedTableReport =>
  report.tables.find(({ table }) => table === name) ?? assert.fail(`No report of ${name}`);

/** Rows that an export of the sample server does not make. */
async function addOddRows(project: MovedProject): Promise<void> {
  const store = project.store(project.source);
  const text = `'"\\ \\u0000 {"a": [1]} ünï 文字 🦊`;
  await store.write(async (transaction) => {
    await transaction.upsert('llm_generations', [
      generation('🦊', { trace_id: `o'x`, updated_at: null, cost_usd: 0.000000123, prompt_text: text }),
      generation('zero', {
        trace_id: '',
        cost_usd: 0.1 + 0.2,
        total_tokens: 3_000_000_000,
        metadata: '[1.5,"\\ud83e\\udd8a"]',
      }),
    ]);
    await transaction.upsert('llm_spans', [span('s', { trace_id: `o'x`, input_text: text })]);
    await transaction.upsert('llm_events', [event('e', { trace_id: `o'x`, created_at: day(5) })]);
    await transaction.upsertTraces([
      legacyTrace('legacy', { input_text: text, metadata: '{"b":1,"a":{"d":null,"c":2e-9}}' }),
    ]);
    await transaction.refreshTraces('p', [`o'x`, '', 'legacy']);
    await transaction.upsert('agent_task_results', [
      {
        task_id: 'recorded',
        project_id: 'local',
        agent_name: 'a',
        // As a script may have written it with a tool of its own.
        started_at: '2026-01-01T00:00:00Z',
        result_data: text,
        success: 1,
      },
    ]);
    const { db } = transaction;
    await db.updateTable('agent_task_results').set({ id: 5000 }).where('task_id', '=', 'recorded').execute();
    await db
      .insertInto('export_metadata')
      .values([
        { export_run_id: 'z', export_started_at: day(1), status: 'running', trigger: 'cli' },
        { export_run_id: 'a', export_started_at: day(2), status: 'failed', trigger: 'timer', error_message: text },
      ])
      .execute();
    await db
      .insertInto('export_checkpoints')
      .values({
        project_id: 'p',
        stream: 'scores',
        window_from: day(0),
        window_to: day(60),
        finished: 0,
        cursor: '17',
        received: '{"2026-01-01":3}',
        set_aside: '[]',
        saved_at: day(70),
      })
      .execute();
    await db
      .insertInto('alert_states')
      .values({
        alert_id: 'money',
        rule: 'abc',
        state: 'firing',
        level: 0.8,
        fired_level: 0.95,
        period_start: day(0),
        since: day(1),
        evaluated_at: day(2),
        answer: JSON.stringify({ id: 'money', message: text }),
      })
      .execute();
  });
  await store.close();
}

describe('A move between databases', function () {
  this.timeout(120_000);
  let project: MovedProject;

  beforeEach(async () => {
    project = await MovedProject.create();
    await project.export();
  });

  afterEach(() => project.remove());

  it('from SQLite to PostgreSQL and back leaves identical tables, and the source as it was', async () => {
    await addOddRows(project);
    const bytes = readFileSync(project.source);
    const back = project.file('back.db');
    const there = await project.move(project.url);
    const home = await project.move(`sqlite:${back}`, project.url);
    const before = project.dumpFile(project.source);
    assert.ok(
      tables.every((table) => (before[table] ?? []).length > 0),
      'every table has rows to compare',
    );
    assert.deepEqual(await project.dumpPostgres(), before);
    assert.deepEqual(project.dumpFile(back), before);
    assert.deepEqual(readFileSync(project.source), bytes);
    for (const report of [there, home]) {
      assert.equal(report.status, 'completed');
      for (const { table, rows, copied, verified } of report.tables) {
        assert.deepEqual(
          { table, rows, copied, verified },
          { table, rows: before[table]?.length, copied: rows, verified: true },
        );
      }
    }
  });

  it('reports the sums that another reader of the source finds', async () => {
    const report = await project.move(project.url);
    using database = new DatabaseSync(project.source, { readOnly: true });
    const [sums] = database
      .prepare('SELECT sum(cost_usd) AS cost, sum(total_tokens) AS tokens FROM llm_generations')
      .all();
    const { cost_usd: cost, total_tokens: tokens } = tableOf(report, 'llm_generations').sums;
    assert.ok(cost && Math.abs(cost.source - Number(sums?.cost)) < 1e-9);
    assert.equal(cost.target, cost.source);
    assert.deepEqual(tokens, { source: sums?.tokens, target: sums?.tokens });
  });

  it('that was cancelled claims no coverage, goes on when run again, and then has nothing left to do', async () => {
    const controller = new AbortController();
    let batches = 0;
    const onProgress = (): void => {
      batches++;
      if (batches === 3) {
        controller.abort();
      }
    };
    await assert.rejects(project.move(project.url, null, { onProgress, signal: controller.signal }), {
      name: 'AbortError',
    });
    const partly = await project.dumpPostgres();
    assert.deepEqual([partly.export_coverage, partly.metrics_state], [[], []]);
    const had = partly.llm_generations?.length ?? 0;
    assert.ok(had > 0);
    const resumed = await project.move(project.url);
    const { rows, copied } = tableOf(resumed, 'llm_generations');
    assert.equal(copied, rows - had);
    assert.deepEqual(await project.dumpPostgres(), project.dumpFile(project.source));
    const again = await project.move(project.url);
    assert.deepEqual(
      again.tables.map(({ table, copied: more, verified }) => [table, more, verified]),
      again.tables.map(({ table }) => [table, 0, true]),
    );
  });

  it('brings what was exported since the last one', async () => {
    await project.move(project.url);
    const store = project.store(project.source);
    await store.write(async (transaction) => {
      await transaction.upsert('llm_generations', [generation('late', { trace_id: 'new', cost_usd: 2 })]);
      await transaction.refreshTraces('p', ['new']);
    });
    await store.close();
    const report = await project.move(project.url);
    assert.equal(report.status, 'completed');
    assert.deepEqual([tableOf(report, 'llm_generations').copied, tableOf(report, 'llm_traces').copied], [1, 1]);
    assert.deepEqual(await project.dumpPostgres(), project.dumpFile(project.source));
  });

  it('keeps rows of the target that are newer, replaces older ones and rebuilds the traces of both', async () => {
    const source = project.store(project.source);
    const target = project.store(null);
    await source.write(async (transaction) => {
      await transaction.upsert('llm_generations', [
        generation('older', { updated_at: day(1), cost_usd: 1 }),
        generation('newer', { updated_at: day(9), cost_usd: 2 }),
        generation('here', { updated_at: day(1), cost_usd: 4 }),
      ]);
      await transaction.upsert('llm_scores', [score('s', { updated_at: day(1), value: 1 })]);
      await transaction.upsert('prompt_variants', [variant('greeting:v1', { updated_at: day(1), description: 'old' })]);
      await transaction.refreshTraces('p', ['t']);
    });
    await target.write(async (transaction) => {
      await transaction.upsert('llm_generations', [
        generation('older', { updated_at: day(2), cost_usd: 10 }),
        generation('newer', { updated_at: day(3), cost_usd: 20 }),
        generation('there', { updated_at: day(1), cost_usd: 40 }),
      ]);
      await transaction.upsert('llm_scores', [score('s', { updated_at: day(2), value: 2 })]);
      await transaction.upsert('prompt_variants', [variant('greeting:v1', { updated_at: day(2), description: 'new' })]);
      await transaction.refreshTraces('p', ['t']);
    });
    await source.close();
    const report = await project.move(project.url);
    assert.equal(report.status, 'completed', JSON.stringify(report.tables));
    assert.equal(tableOf(report, 'llm_generations').newer, 1);
    const ask = (statement: string): Promise<unknown> => project.postgres.sql(project.database, statement);
    assert.deepEqual(await ask(`SELECT id, cost_usd FROM llm_generations WHERE trace_id = 't' ORDER BY id`), [
      { id: 'here', cost_usd: 4 },
      { id: 'newer', cost_usd: 2 },
      { id: 'older', cost_usd: 10 },
      { id: 'there', cost_usd: 40 },
    ]);
    assert.deepEqual(await ask(`SELECT total_cost_usd, total_generations FROM llm_traces WHERE id = 't'`), [
      { total_cost_usd: 56, total_generations: '4' },
    ]);
    assert.deepEqual(await ask(`SELECT value FROM llm_scores WHERE id = 's'`), [{ value: 2 }]);
    assert.deepEqual(await ask(`SELECT description FROM prompt_variants WHERE prompt_id = 'greeting:v1'`), [
      { description: 'new' },
    ]);
    assert.deepEqual(await ask(`SELECT trace_id FROM derivation_queue WHERE project_id = 'p'`), [{ trace_id: 't' }]);
  });

  it('keeps the order of numbered rows among rows that the target has, and leaves later numbers free', async () => {
    const target = project.store(null);
    const own = (
      id: string,
    ): { export_run_id: string; export_started_at: string; status: string; trigger: string } => ({
      export_run_id: id,
      export_started_at: day(0),
      status: 'completed',
      trigger: 'service',
    });
    const source = project.store(project.source);
    await source.write(({ db }) => db.insertInto('export_metadata').values(['r3', 'r1', 'r2'].map(own)).execute());
    await source.close();
    await target.write(({ db }) => db.insertInto('export_metadata').values(['t1', 't2', 't3'].map(own)).execute());
    await project.move(project.url);
    await target.write(({ db }) => db.insertInto('export_metadata').values(own('next')).execute());
    const rows = await project.postgres.sql(project.database, 'SELECT export_run_id FROM export_metadata ORDER BY id');
    const order = rows.map((row) => row.export_run_id).filter((id) => /^[rt]\d$|next/.test(String(id)));
    assert.deepEqual(order, ['t1', 't2', 't3', 'r3', 'r1', 'r2', 'next']);
  });

  it('names the table that differs, and claims no coverage for it', async () => {
    const source = project.store(project.source);
    await source.write((transaction) => transaction.upsert('llm_generations', [generation('a', { cost_usd: 1 })]));
    await source.close();
    await project
      .store(null)
      .write((transaction) => transaction.upsert('llm_generations', [generation('a', { cost_usd: 2 })]));
    const report = await project.move(project.url);
    assert.equal(report.status, 'failed');
    assert.deepEqual(
      report.tables.filter(({ verified }) => !verified).map(({ table }) => table),
      ['llm_generations'],
    );
    assert.deepEqual((await project.dumpPostgres()).export_coverage, []);
  });

  it('of the last days takes whole traces, all prompts and runs, and the coverage of those days alone', async () => {
    const from = '2026-11-20T00:00:00.000Z';
    const days = (Date.now() - Date.parse(from)) / 86_400_000;
    const report = await project.move(project.url, null, { days });
    assert.equal(report.status, 'completed');
    using database = new DatabaseSync(project.source, { readOnly: true });
    const expected = (statement: string): unknown => Object.values(database.prepare(statement).get() ?? {})[0];
    const traces = `SELECT id FROM llm_traces WHERE coalesce(end_time, created_at) >= '${from}'`;
    const moved = await project.dumpPostgres();
    assert.equal(moved.llm_traces?.length, expected(`SELECT count(*) FROM (${traces})`));
    assert.equal(
      moved.llm_generations?.length,
      expected(`SELECT count(*) FROM llm_generations WHERE trace_id IN (${traces})`),
    );
    assert.ok(Number(expected('SELECT count(*) FROM llm_traces')) > (moved.llm_traces?.length ?? 0));
    assert.equal(moved.prompt_variants?.length, expected('SELECT count(*) FROM prompt_variants'));
    assert.equal(moved.export_metadata?.length, 1);
    const [window] = moved.export_coverage ?? [];
    const [, start] = JSON.parse(window ?? '[]') as string[];
    assert.ok(Math.abs(Date.parse(start ?? '') - Date.parse(from)) < 60_000, window);
    await project.move(project.url);
    assert.deepEqual(await project.dumpPostgres(), project.dumpFile(project.source));
  });

  it('tells the target what has been exported already, so that its next export goes on from there', async () => {
    await project.move(`sqlite:${project.file('.langfuse/other.db')}`);
    const store = project.store(project.file('.langfuse/other.db'));
    const coverage = await store.read((db) => db.selectFrom('export_coverage').selectAll().execute());
    assert.deepEqual(
      coverage.map((row) => [row.covered_from, row.covered_to]),
      [['2026-10-01T00:00:00.000Z', '2026-11-22T12:00:00.000Z']],
    );
  });

  describe('is refused', () => {
    const rejects = (move: Promise<MoveReport>, code: string, text: RegExp): Promise<void> =>
      assert.rejects(move, (error) => error instanceof EngineError && error.code === code && text.test(error.message));

    it('when both are one file, under another name too', async () => {
      await rejects(project.move(`sqlite:${project.source}`), 'config.invalid', /database to move from/);
      await symlink(project.source, project.file('alias.db'));
      await rejects(project.move(`sqlite:${project.file('alias.db')}`), 'config.invalid', /database to move from/);
    });

    it('when both are one PostgreSQL database, under another name too', async () => {
      await project.move(project.url);
      const alias = project.url.replace('127.0.0.1', 'localhost');
      await rejects(project.move(alias, project.url), 'config.invalid', /database to move from/);
    });

    it('when there is no source, without making one', async () => {
      await rejects(project.move(project.url, `sqlite:${project.file('none.db')}`), 'database.missing', /none\.db/);
    });

    it('when the target is something else or newer, which stays as it is', async () => {
      await writeFile(project.file('letter.db'), 'Dear reader');
      await rejects(project.move(`sqlite:${project.file('letter.db')}`), 'database.foreign', /letter\.db/);
      assert.equal(readFileSync(project.file('letter.db'), 'utf8'), 'Dear reader');
      await project.postgres.sql(project.database, 'CREATE TABLE llm_traces (mine int)');
      await rejects(project.move(project.url), 'database.foreign', /llm_traces/);
    });

    it('while the project is exported', async () => {
      const store = project.store(project.source);
      const lock = await store.lockExport(project.langfuse.projectId);
      await rejects(project.move(project.url), 'export.alreadyRunning', /already running/);
      await lock.release();
    });

    it('without showing the password of an address', async () => {
      for (const address of ['postgres://me:hush@', 'mysql://me:hush@host/db', 'sqlite:']) {
        await assert.rejects(
          project.move(address),
          (error) => error instanceof EngineError && !JSON.stringify(error.toData()).includes('hush'),
        );
      }
    });
  });
});
