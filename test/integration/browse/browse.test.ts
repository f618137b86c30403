import assert from 'node:assert/strict';
import { Numbers } from '../../../src/format/numbers.ts';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { systemClock } from '../../../src/engine/ports.ts';
import { answerQuestion } from '../../../src/engine/questions/questions.ts';
import { rollUp } from '../../../src/engine/store/rollups/rollUp.ts';
import { traceChildren, traceDetail } from '../../../src/engine/browse/traceDetail.ts';
import { traceGroups, withinGroup } from '../../../src/engine/browse/traceGroups.ts';
import { observationDetail } from '../../../src/engine/browse/observationDetail.ts';
import { traceOutline } from '../../../src/engine/browse/traceOutline.ts';
import { tracePage } from '../../../src/engine/browse/tracePages.ts';
import { traceSearch } from '../../../src/engine/browse/traceSearch.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import type {
  FacetsAnswer,
  FacetsParams,
  StepColumns,
  TraceFilter,
  TraceOutline,
  TraceGrouping,
  TraceOrder,
} from '../../../src/protocol/browse.ts';
import type { ScopeFilters } from '../../../src/protocol/scope.ts';
import { event, generation, score, span } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from '../store/backends.ts';

const at = (time: string): string => `2026-03-${time}.000Z`;

/**
 * Five traces of project p, one of q. The clocks of Paris go forward on 29 March 2026 at 2:00, so that
 * its local day runs from 28th 23:00 to 29th 22:00 UTC.
 */
const calls = [
  ['night', at('28T22:59:59'), 0.5, 'anna', 's1', 'review', '["ci","pull-request"]', 'production'],
  ['dawn', at('28T23:00:00'), 0.25, 'anna', 's1', 'review', '["ci"]', 'production'],
  ['late', at('29T21:59:59'), null, 'bo', 's2', 'chat', '["ci-nightly"]', 'staging'],
  ['next', at('29T22:00:00'), 2, 'bo', null, 'chat', '[]', 'production'],
  ['noon', at('30T10:00:00'), 1, null, null, null, '["a\\"b"]', 'production'],
] as const;

const everything: TraceFilter = { scope: { range: { start: at('01T00:00:00'), end: at('31T00:00:00') } } };

async function fill(store: MetricsStore): Promise<void> {
  const generations = calls.map(([id, created, cost, user, session, name, tags, environment], index) =>
    generation(`g-${id}`, {
      trace_id: id,
      created_at: created,
      end_time: new Date(Date.parse(created) + (index + 1) * 1000).toISOString(),
      cost_usd: cost,
      user_id: user,
      session_id: session,
      trace_name: name,
      tags,
      environment,
      model: index < 2 ? 'gpt-4o' : 'claude',
      is_root: 1,
    }),
  );
  const inReview = { trace_id: 'night', created_at: at('28T22:59:59') };
  await store.write(async (transaction) => {
    await transaction.upsert('llm_generations', [
      ...generations,
      generation('g-other', { project_id: 'q', trace_id: 'night', created_at: at('28T12:00:00'), cost_usd: 9 }),
      generation('g-second', {
        ...inReview,
        created_at: at('28T23:00:10'),
        parent_observation_id: 'step',
        model: 'claude',
        is_primary: 0,
        cost_usd: 0.125,
        usage_details: '{"input":10,"input_cached_tokens":4,"output":2,"total":16}',
        cost_details: '{"input":0.1,"output":0.025,"total":0.125}',
        prompt_text: 'question',
        completion_text: 'answer',
      }),
    ]);
    await transaction.upsert('llm_spans', [
      span('step', { ...inReview, created_at: at('28T23:00:05'), level: 'ERROR', status_message: 'broke' }),
      span('orphan', {
        ...inReview,
        parent_observation_id: 'nowhere',
        created_at: at('28T23:00:20'),
        metadata: '{"attempt":2}',
      }),
    ]);
    await transaction.upsert('llm_events', [
      event('e1', {
        ...inReview,
        created_at: at('28T23:00:09'),
        parent_observation_id: 'step',
        event_name: 'rate_limit_fallback',
        event_type: 'fallback',
        original_model: 'gpt-4o',
        fallback_model: 'claude',
        fallback_reason: '429',
      }),
    ]);
    await transaction.upsert('llm_scores', [
      score('s-old', { trace_id: 'night', name: 'user_feedback', value: 0, created_at: at('29T08:00:00') }),
      score('s-new', { trace_id: 'night', name: 'user_feedback', value: 1, created_at: at('29T09:00:00') }),
      score('s-step', { trace_id: 'night', name: 'user_feedback', value: 0, observation_id: 'step' }),
      score('s-other', { trace_id: 'night', name: 'quality', value: 0, created_at: at('29T10:00:00') }),
    ]);
    const ids = calls.map(([id]) => id);
    await transaction.refreshTraces('p', ids);
    await transaction.refreshTraces('q', ids);
  });
}

for (const backend of backends) {
  describe(`Browsing traces in ${backend.name}`, () => {
    let fixture: BackendFixture;
    let store: MetricsStore;

    before(async () => {
      fixture = await backend.create();
      store = fixture.open();
      await fill(store);
    });

    after(() => fixture.clean());

    const idsOf = async (filter: Partial<TraceFilter>, order: TraceOrder = 'newest'): Promise<string[]> => {
      const page = await store.read((db) =>
        tracePage(
          { db, dialect: store.dialect },
          { filter: { ...everything, ...filter }, within: null, order, limit: 50, cursor: null },
        ),
      );
      return page.traces.map(({ projectId, id }) => (projectId === 'p' ? id : `${projectId}:${id}`));
    };

    const scoped = (filters: ScopeFilters): Partial<TraceFilter> => ({
      scope: { ...everything.scope, projectId: 'p', filters },
    });

    it('orders by time, cost and duration, with what is unknown last', async () => {
      assert.deepEqual(await idsOf({}), ['noon', 'next', 'late', 'dawn', 'night', 'q:night']);
      assert.deepEqual(await idsOf({}, 'dearest'), ['q:night', 'next', 'noon', 'night', 'dawn', 'late']);
      assert.deepEqual((await idsOf({}, 'slowest'))[0], 'night');
    });

    for (const order of ['newest', 'dearest', 'slowest'] as const) {
      it(`pages through all traces, each once, ordered by ${order}`, async () => {
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page = await store.read((db) =>
            tracePage({ db, dialect: store.dialect }, { filter: everything, within: null, order, limit: 2, cursor }),
          );
          seen.push(...page.traces.map(({ projectId, id }) => `${projectId}:${id}`));
          cursor = page.nextCursor;
        } while (cursor !== null);
        const whole = (await idsOf({}, order)).map((id) => (id.includes(':') ? id : `p:${id}`));
        assert.deepEqual(seen, whole);
      });
    }

    it('filters by what traces and their calls carry', async () => {
      assert.deepEqual(await idsOf(scoped({ environments: ['staging'] })), ['late']);
      assert.deepEqual(await idsOf(scoped({ users: ['anna', 'bo'], traceNames: ['chat'] })), ['next', 'late']);
      assert.deepEqual(await idsOf(scoped({ models: ['gpt-4o'] })), ['dawn', 'night']);
      assert.deepEqual(await idsOf(scoped({ tags: ['ci'] })), ['dawn', 'night'], 'not ci-nightly');
      assert.deepEqual(await idsOf(scoped({ tags: ['a"b'] })), ['noon']);
      assert.deepEqual(await idsOf({ ...scoped({}), status: 'error' }), ['night']);
      assert.deepEqual(await idsOf({ ...scoped({}), status: 'fallback' }), ['night']);
      assert.deepEqual(await idsOf({ ...scoped({}), minCostUsd: 1 }), ['noon', 'next']);
      assert.deepEqual(await idsOf({ ...scoped({}), text: 'REVI' }), ['dawn', 'night']);
      assert.deepEqual(await idsOf({ ...scoped({}), text: '%' }), [], 'a percent sign stands for itself');
    });

    const groupsOf = async (
      grouping: TraceGrouping,
      limit = 50,
    ): Promise<(readonly [string | null, number, number | null])[]> => {
      const groups: (readonly [string | null, number, number | null])[] = [];
      let cursor: string | null = null;
      do {
        const page = await store.read((db) =>
          traceGroups(
            { db, dialect: store.dialect },
            {
              filter: { ...everything, scope: { ...everything.scope, projectId: 'p' } },
              grouping,
              timeZone: 'Europe/Paris',
              limit,
              cursor,
            },
          ),
        );
        groups.push(...page.groups.map((group) => [group.key, group.traces, group.costUsd] as const));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return groups;
    };

    it('groups by days of the local zone, over the day that has 23 hours', async () => {
      const days = [
        ['2026-03-30', 2, 3],
        ['2026-03-29', 2, 0.25],
        ['2026-03-28', 1, 0.625],
      ];
      assert.deepEqual(await groupsOf('day'), days);
      assert.deepEqual(await groupsOf('day', 1), days, 'page after page');
    });

    it('groups by session, user and name, those without one too', async () => {
      assert.deepEqual(await groupsOf('session', 1), [
        [null, 2, 3],
        ['s2', 1, null],
        ['s1', 2, 0.875],
      ]);
      assert.deepEqual(
        (await groupsOf('name')).map(([key]) => key),
        [null, 'chat', 'review'],
      );
    });

    it('finds again in a group exactly the traces that it counted', async () => {
      const found = async (grouping: TraceGrouping, group: string | null): Promise<string[]> => {
        const within = withinGroup(grouping, group, 'Europe/Paris');
        const filter = { ...everything, scope: { ...everything.scope, projectId: 'p' } };
        const page = await store.read((db) =>
          tracePage({ db, dialect: store.dialect }, { filter, within, order: 'newest', limit: 50, cursor: null }),
        );
        return page.traces.map(({ id }) => id);
      };
      assert.deepEqual(await found('day', '2026-03-29'), ['late', 'dawn']);
      assert.deepEqual(await found('session', null), ['noon', 'next']);
      assert.deepEqual(await found('user', 'bo'), ['next', 'late']);
    });

    const facetsOf = (params: Partial<FacetsParams> = {}): Promise<FacetsAnswer> =>
      store.read((db) =>
        answerQuestion(
          'facets',
          { scope: everything.scope, limit: 10, ...params },
          {
            db,
            dialect: store.dialect,
            clock: systemClock,
            config: parseConfig({ workspace: '/' }, (name) => name),
            numbers: new Numbers('en'),
            signal: undefined,
          },
        ),
      );
    const ofEverything: Omit<FacetsAnswer, 'agents'> = {
      models: ['claude', 'gpt-4o'],
      providers: [],
      prompts: [],
      environments: ['production', 'default', 'staging'],
      traceNames: ['chat', 'review'],
      users: ['anna', 'bo'],
      sessions: ['s1', 's2'],
      tags: ['ci', 'a"b', 'ci-nightly', 'pull-request'],
      projects: ['p', 'q'].map((id) => ({ id, name: id })),
    };

    it('offers values to filter by, most frequent first, before and after calls are rolled up', async () => {
      for (const rolledUp of [false, true]) {
        if (rolledUp) {
          await store.write((transaction) => rollUp(transaction, store.dialect, null));
        }
        const { agents, ...others } = await facetsOf();
        assert.deepEqual(agents, []);
        assert.deepEqual(others, ofEverything);
      }
    });

    it('offers values of a range, as many as are wanted, and only the kinds that are', async () => {
      const range = { start: at('29T21:00:00'), end: at('29T22:00:00') };
      const { models, users, tags } = await facetsOf({ scope: { range } });
      assert.deepEqual([models, users, tags], [['claude'], ['bo'], ['ci-nightly']]);
      const few = await facetsOf({ limit: 1, of: ['models', 'projects'] });
      assert.deepEqual([few.models, few.users, few.projects.length], [['claude'], [], 2]);
      const early = { start: at('01T00:00:00'), end: at('02T00:00:00') };
      assert.deepEqual((await facetsOf({ scope: { range: early } })).models, []);
    });

    it('gives the first level of a trace, then what lies below a step', async () => {
      const trace = { projectId: 'p', traceId: 'night', limit: 10, offset: 0 };
      const roots = await store.read((db) => traceChildren(db, { ...trace, parentId: null }));
      assert.deepEqual(
        roots.observations.map(({ id, hasChildren }) => [id, hasChildren]),
        [
          ['g-night', false],
          ['step', true],
          ['orphan', false],
        ],
        'one whose parent is not there is a root',
      );
      const below = await store.read((db) => traceChildren(db, { ...trace, parentId: 'step', limit: 1, offset: 1 }));
      assert.deepEqual(
        below.observations.map(({ id, fallback }) => [id, fallback]),
        [['g-second', true]],
      );
      assert.equal(below.total, 2);
    });

    it('counts errors and fallbacks of a trace', async () => {
      const trace = await store.read((db) => traceDetail(db, { projectId: 'p', traceId: 'night' }, 0));
      assert.equal(trace?.errors, 1);
      assert.equal(trace.fallbacks, 1);
      assert.equal(trace.observationsInOrder.length, 5);
      assert.equal(await store.read((db) => traceDetail(db, { projectId: 'x', traceId: 'night' }, 0)), null);
    });

    it('gives a trace in columns that say what its rows say', async () => {
      const trace = { projectId: 'p', traceId: 'night' };
      const outline = await store.read((db) => traceOutline({ db, dialect: store.dialect }, trace, 'user_feedback', 0));
      assert.ok(outline);
      const steps = JSON.parse(outline.steps) as StepColumns;
      const text = (number: number | null | undefined): string | null => steps.texts[number ?? -1] ?? null;
      assert.deepEqual(steps.ids, ['g-night', 'step', 'e1', 'g-second', 'orphan']);
      assert.deepEqual(steps.parents, [null, null, 1, 1, null]);
      assert.equal(steps.orphans, 1);
      assert.deepEqual(steps.types.map(text), ['GENERATION', 'SPAN', 'EVENT', 'GENERATION', 'SPAN']);
      assert.deepEqual(steps.levels.map(text), ['DEFAULT', 'ERROR', 'DEFAULT', 'DEFAULT', 'DEFAULT']);
      assert.deepEqual(steps.statusMessages.map(text), [null, 'broke', null, null, null]);
      assert.deepEqual(steps.models.map(text), ['gpt-4o', null, 'claude', 'claude', null]);
      assert.equal(steps.origin, Date.parse(at('28T22:59:59')));
      assert.deepEqual(steps.starts, [0, 6000, 10_000, 11_000, 21_000]);
      assert.deepEqual(steps.ends, [1000, null, null, null, null]);
      assert.deepEqual(steps.costsUsd, [0.5, null, null, 0.125, null]);
      assert.deepEqual(steps.fallbacks, [2, 3]);
      assert.deepEqual(steps.firstTokens, [null, null, null, null, null]);
      assert.equal(outline.rating, true, 'the newer of two');
      assert.equal(outline.fallbacks, 1);
      assert.equal(
        await store.read((db) =>
          traceOutline({ db, dialect: store.dialect }, { projectId: 'x', traceId: 'night' }, '', 0),
        ),
        null,
      );
    });

    it('gives a trace the texts of its root, unless it has its own', async () => {
      const of = (traceId: string, limit = 0): Promise<TraceOutline | null> =>
        store.read((db) => traceOutline({ db, dialect: store.dialect }, { projectId: 'r', traceId }, '', limit));
      const texts = { input_text: 'the question', output_text: 'the answer' };
      const created_at = at('28T23:10:00');
      const [ofAgent, ofCall] = ['agent', 'call'].map((trace_id) => ({ project_id: 'r', trace_id, created_at }));
      await store.write(async (transaction) => {
        await transaction.upsert('llm_spans', [
          span('agent', { ...ofAgent, ...texts }),
          span('agent-step', { ...ofAgent, parent_observation_id: 'agent', input_text: 'a step' }),
        ]);
        await transaction.upsert('llm_generations', [
          generation('call', { ...ofCall, prompt_text: 'a prompt', completion_text: null }),
        ]);
        await transaction.refreshTraces('r', ['agent', 'call']);
      });
      const [agent, call] = [await of('agent', 12), await of('call')];
      assert.deepEqual([agent?.inputText, agent?.outputText], ['the question', 'the answer']);
      assert.deepEqual([agent?.inputCut, agent?.outputCut], [true, false], 'as long as exports keep texts');
      assert.deepEqual([call?.inputText, call?.outputText], ['a prompt', null]);
      await store.write(({ db }) =>
        db.updateTable('llm_traces').set({ input_text: 'its own' }).where('id', '=', 'agent').execute(),
      );
      const own = await of('agent');
      assert.deepEqual([own?.inputText, own?.outputText], ['its own', null]);
    });

    it('orders steps of the same moment by id, and keeps every digit of time and cost', async () => {
      const trace = { projectId: 'r', traceId: 'same' };
      const same = { project_id: 'r', trace_id: 'same', created_at: at('28T22:59:59') };
      const costs = [1 / 3, 6.666666666666667e-5, 123_456_789.123_456_79];
      await store.write(async (transaction) => {
        await transaction.upsert('llm_generations', [
          generation('b', { ...same, cost_usd: costs[0] ?? 0, completion_start_time: '2026-03-28T22:59:59.123Z' }),
          generation('Z', { ...same, cost_usd: costs[1] ?? 0, parent_observation_id: 'Z' }),
          generation('é', { ...same, cost_usd: costs[2] ?? 0, name: 'a "quoted"\n\\ name' }),
        ]);
        await transaction.upsert('llm_spans', [span('a', { ...same, parent_observation_id: 'é' })]);
        await transaction.refreshTraces('r', ['same']);
      });
      const outline = await store.read((db) => traceOutline({ db, dialect: store.dialect }, trace, '', 0));
      const steps = JSON.parse(outline?.steps ?? '') as StepColumns;
      assert.deepEqual(steps.ids, ['Z', 'a', 'b', 'é']);
      assert.deepEqual(steps.parents, [null, 3, null, null]);
      assert.deepEqual(steps.costsUsd, [costs[1], null, costs[0], costs[2]]);
      assert.deepEqual(steps.firstTokens, [null, null, 123, null]);
      assert.equal(steps.texts[steps.names[3] ?? -1], 'a "quoted"\n\\ name');
      const detail = await store.read((db) => traceDetail(db, trace, 0));
      assert.deepEqual(
        detail?.observationsInOrder.map(({ id }) => id),
        steps.ids,
      );
    });

    for (const [text, ids] of [
      ['QUEST', ['g-second']],
      ['swer', ['g-second']],
      ['attempt', ['orphan']],
      ['%', []],
    ] as const) {
      it(`finds "${text}" in the texts of a trace`, async () => {
        const params = { projectId: 'p', traceId: 'night', text };
        assert.deepEqual((await store.read((db) => traceSearch(db, params))).observationIds, ids);
      });
    }

    it('gives texts, usage by kind and the fallback that led to a call', async () => {
      const found = await store.read((db) =>
        observationDetail(db, { projectId: 'p', traceId: 'night', observationId: 'g-second' }, 8),
      );
      assert.deepEqual(
        [found?.inputText, found?.outputText, found?.usage],
        [
          'question',
          'answer',
          [
            { kind: 'input', tokens: 10, costUsd: 0.1 },
            { kind: 'input_cached_tokens', tokens: 4, costUsd: null },
            { kind: 'output', tokens: 2, costUsd: 0.025 },
          ],
        ],
      );
      assert.deepEqual([found?.inputCut, found?.outputCut], [true, false], 'as long as 8 characters that were kept');
      assert.deepEqual(found?.fallbackOf, { originalModel: 'gpt-4o', fallbackModel: 'claude', reason: '429' });
    });
  });
}
