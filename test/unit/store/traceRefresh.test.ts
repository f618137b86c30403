import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sql, type Kysely } from 'kysely';
import type { MetricsSchema } from '../../../src/engine/store/schema.ts';
import { day, event, generation, legacyTrace, rowsOf, span, StoreFixture } from './fixture.ts';

type Kind = 'generation' | 'span' | 'event';

interface Observation {
  readonly kind: Kind;
  readonly id: string;
  readonly trace_id: string;
  readonly parent_observation_id: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
  readonly end_time: string | null;
  readonly name: string;
  readonly trace_name: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly version: string | null;
  readonly tags: string;
  readonly environment: string;
  readonly is_root: 0 | 1;
  readonly public: 0 | 1;
  readonly bookmarked: 0 | 1;
  readonly level: string;
  readonly cost_usd: number | null;
  readonly total_tokens: number | null;
  readonly metadata: string | null;
}

const time = fc.integer({ min: 0, max: 4 }).map(day);
const word = (...words: string[]): fc.Arbitrary<string | null> => fc.constantFrom(null, ...words);
const flag = fc.constantFrom<0 | 1>(0, 1);

const observations = fc.uniqueArray(
  fc.record<Observation>({
    kind: fc.constantFrom<Kind>('generation', 'span', 'event'),
    id: fc.constantFrom('a', 'b', 'ab', '🦊', "o'x", 't-s', 't-u', 'c', 'd'),
    trace_id: fc.constantFrom('s', 'u'),
    parent_observation_id: word('a', 'z'),
    created_at: time,
    updated_at: fc.option(time),
    end_time: fc.option(time),
    name: fc.constantFrom('call', 'plan'),
    trace_name: word('N', 'M'),
    user_id: word('anna', 'bo'),
    session_id: word('s1'),
    version: word('1', '2'),
    tags: fc.constantFrom('[]', '["x"]', '["x","y"]'),
    environment: fc.constantFrom('default', 'production'),
    is_root: flag,
    public: flag,
    bookmarked: flag,
    level: fc.constantFrom('DEFAULT', 'ERROR'),
    cost_usd: fc.option(fc.constantFrom(0, 0.25, 0.5)),
    total_tokens: fc.option(fc.integer({ min: 0, max: 100 })),
    metadata: word('{"a":1}', '{"b":2}'),
  }),
  { selector: (row) => `${row.trace_id}/${row.id}`, maxLength: 9 },
);

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const sum = (values: (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
};

/** Section 2.6 of the server's rules, read row by row. */
function modelOf(rows: readonly Observation[]): Record<string, unknown> {
  const byRecency = [...rows].sort(
    (a, b) =>
      compare(b.updated_at ?? '', a.updated_at ?? '') || compare(b.created_at, a.created_at) || compare(b.id, a.id),
  );
  const latest = (field: 'trace_name' | 'user_id' | 'session_id' | 'version' | 'environment'): string | null =>
    byRecency.map((row) => row[field]).find((value) => value !== null) ?? null;
  const byAge = [...rows].sort((a, b) => compare(a.created_at, b.created_at) || compare(a.id, b.id));
  const root = byAge.find((row) => row.parent_observation_id === null);
  const marked = byAge.find((row) => row.is_root === 1);
  const started = byAge[0]?.created_at ?? '';
  const ended = rows
    .map((row) => (row.kind === 'event' ? row.created_at : (row.end_time ?? row.created_at)))
    .reduce((a, b) => (a > b ? a : b));
  const generations = rows.filter((row) => row.kind === 'generation');
  return {
    created_at: started,
    updated_at: byRecency[0]?.updated_at ?? null,
    end_time: ended,
    latency_seconds: (Date.parse(ended) - Date.parse(started)) / 1000,
    name: latest('trace_name') ?? (root ?? marked)?.name ?? null,
    user_id: latest('user_id'),
    session_id: latest('session_id'),
    version: latest('version'),
    environment: latest('environment'),
    tags: byRecency.map((row) => row.tags).find((tags) => tags !== '[]') ?? '[]',
    public: rows.some((row) => row.public === 1) ? 1 : 0,
    bookmarked: root?.bookmarked ?? 0,
    metadata: root?.metadata ?? null,
    root_observation_id: root?.id ?? null,
    total_cost_usd: sum(generations.map((row) => row.cost_usd)),
    total_tokens: sum(generations.map((row) => row.total_tokens)),
    total_generations: generations.length,
    total_events: rows.filter((row) => row.kind === 'event').length,
    total_observations: rows.filter((row) => row.id !== `t-${row.trace_id}`).length,
    error_count: rows.filter((row) => row.level === 'ERROR').length,
  };
}

function pick(row: Record<string, unknown> | undefined, like: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like).map((column) => [column, row?.[column]]));
}

async function totalChanges(db: Kysely<MetricsSchema>): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT total_changes() AS count`.execute(db);
  return rows[0]?.count ?? 0;
}

describe('Rebuilding traces from their observations', () => {
  let fixture: StoreFixture;
  beforeEach(() => (fixture = new StoreFixture()));
  afterEach(() => fixture.clean());

  it("follows the server's rules for any mixture of rows", async () => {
    const store = fixture.open();
    await fc.assert(
      fc.asyncProperty(observations, async (rows) => {
        await store.write(async ({ db }) => {
          for (const table of ['llm_generations', 'llm_spans', 'llm_events', 'llm_traces'] as const) {
            await db.deleteFrom(table).execute();
          }
        });
        await store.write(async (transaction) => {
          const of = (kind: Kind): Observation[] => rows.filter((row) => row.kind === kind);
          await transaction.upsert(
            'llm_generations',
            of('generation').map((row) => generation(row.id, row)),
          );
          await transaction.upsert(
            'llm_spans',
            of('span').map((row) => span(row.id, row)),
          );
          await transaction.upsert(
            'llm_events',
            of('event').map((row) => event(row.id, { ...row, event_name: row.name })),
          );
          await transaction.refreshTraces('p', ['s', 'u', 'absent']);
        });
        const stored = await rowsOf(store, 'llm_traces');
        const expected = ['s', 'u'].flatMap((id) => {
          const own = rows.filter((row) => row.trace_id === id);
          return own.length === 0 ? [] : [{ id, trace_id: id, ...modelOf(own) }];
        });
        assert.equal(stored.length, expected.length);
        for (const trace of expected) {
          assert.deepEqual(
            pick(
              stored.find((row) => row.id === trace.id),
              trace,
            ),
            trace,
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  it('touches nothing when nothing changed, and only the given project', async () => {
    const store = fixture.open();
    const refresh = (project: string): Promise<number> =>
      store.write(async (transaction) => {
        const before = await totalChanges(transaction.db);
        await transaction.refreshTraces(project, ['t']);
        return (await totalChanges(transaction.db)) - before;
      });
    await store.write(async (transaction) => {
      await transaction.upsert('llm_generations', [
        generation('a', { trace_name: 'N' }),
        generation('a', { project_id: 'q' }),
      ]);
    });
    assert.equal(await refresh('p'), 2, 'the trace and its place in the queue');
    assert.equal(await refresh('p'), 0);
    assert.deepEqual(
      (await rowsOf(store, 'llm_traces')).map((row) => [row.project_id, row.total_generations]),
      [['p', 1]],
    );
    assert.deepEqual(await rowsOf(store, 'derivation_queue'), [{ project_id: 'p', trace_id: 't' }]);
  });

  for (const order of ['first', 'last'] as const) {
    it(`lets a legacy server's own trace row, written ${order}, win over what observations say`, async () => {
      const store = fixture.open();
      const own = legacyTrace('t', {
        created_at: day(5),
        updated_at: day(9),
        name: 'own name',
        tags: '["own"]',
        environment: 'staging',
        input_text: 'question',
        bookmarked: 1,
      });
      const writeOwn = (): Promise<readonly number[]> =>
        store.write(async (transaction) => (await transaction.upsertTraces([own])).changed);
      const writeRows = (): Promise<void> =>
        store.write(async (transaction) => {
          await transaction.upsert('llm_generations', [
            generation('a', {
              created_at: day(6),
              end_time: day(8),
              trace_name: 'N',
              user_id: 'anna',
              tags: '["x"]',
              cost_usd: 0.5,
            }),
          ]);
          await transaction.refreshTraces('p', ['t']);
        });
      await (order === 'first' ? writeOwn().then(writeRows) : writeRows().then(writeOwn));
      const expected = {
        created_at: day(5),
        updated_at: day(9),
        name: 'own name',
        tags: '["own"]',
        environment: 'staging',
        bookmarked: 1,
        user_id: 'anna',
        input_text: 'question',
        end_time: day(8),
        latency_seconds: 2,
        total_cost_usd: 0.5,
        total_generations: 1,
        total_observations: 1,
      };
      const stored = await rowsOf(store, 'llm_traces');
      assert.deepEqual(pick(stored[0], expected), expected);
      assert.deepEqual(await writeOwn(), [], 'the same row again changes nothing');
      await writeRows();
      assert.deepEqual(await rowsOf(store, 'llm_traces'), stored);
    });
  }

  it("keeps the newer of two versions of a legacy server's trace row, and gaps do not erase", async () => {
    const store = fixture.open();
    const upsert = (values: Parameters<typeof legacyTrace>[1]): Promise<readonly number[]> =>
      store.write(async (transaction) => (await transaction.upsertTraces([legacyTrace('t', values)])).changed);
    assert.deepEqual(await upsert({ updated_at: day(2), name: 'two', user_id: 'anna' }), [0]);
    assert.deepEqual(await upsert({ updated_at: day(1), name: 'one' }), []);
    assert.deepEqual(await upsert({ updated_at: day(3), name: 'three', user_id: null }), [0]);
    const [stored] = await rowsOf(store, 'llm_traces');
    assert.deepEqual([stored?.name, stored?.user_id, stored?.updated_at], ['three', 'anna', day(3)]);
  });
});
