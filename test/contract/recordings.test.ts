import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { normaliseObservation } from '../../src/engine/langfuse/normaliseObservation.ts';
import { normalisePrompt, normalisePromptSummary } from '../../src/engine/langfuse/normalisePrompt.ts';
import { normaliseLegacyScore, normaliseScore } from '../../src/engine/langfuse/normaliseScore.ts';
import { normaliseTrace } from '../../src/engine/langfuse/normaliseTrace.ts';
import { mapRows } from '../../src/engine/langfuse/rows.ts';
import { Connection, collect, everything, rowsOf, observationsOf } from '../integration/langfuse/connection.ts';
import * as expected from './recordings.table.ts';

const folder = fileURLToPath(new URL('../../../shared/langfuse/recordings/', import.meta.url));

interface Recording {
  readonly file: string;
  readonly request: string;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Normalise = (row: unknown, projectId: string) => object;

/** What a recorded path holds, in the order of the first match. */
const kinds: readonly (readonly [RegExp, Normalise])[] = [
  [/^\/api\/public\/v2\/observations$/, normaliseObservation],
  [/^\/api\/public\/observations(\/|$)/, normaliseObservation],
  [/^\/api\/public\/traces(\/|$)/, normaliseTrace],
  [/^\/api\/public\/v3\/scores$/, normaliseScore],
  [/^\/api\/public\/(v2\/)?scores$/, normaliseLegacyScore],
  [/^\/api\/public\/v2\/prompts$/, normalisePromptSummary],
  [/^\/api\/public\/(v2\/prompts\/.+|prompts)$/, normalisePrompt],
];

const recordings: readonly Recording[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => ({ file, ...(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Omit<Recording, 'file'>) }));

function recording(file: string): Recording {
  const found = recordings.find((one) => one.file === `${file}.json`);
  assert.ok(found, file);
  return found;
}

function rowsIn(one: Recording): readonly unknown[] {
  const { data } = one.body as { readonly data?: unknown };
  return Array.isArray(data) ? data : [one.body];
}

function row(file: string, id: string): unknown {
  return rowsIn(recording(file)).find((one) => (one as { readonly id?: unknown }).id === id);
}

/** The record without OpenTelemetry's keys, which the table compares by a sample. */
function withoutResource(record: { readonly resourceAttributes: unknown }): Record<string, unknown> {
  const rest: Record<string, unknown> = { ...record };
  delete rest.resourceAttributes;
  return rest;
}

describe('recordings of a real Langfuse server', () => {
  it('are read and mapped without complaint, every row of every file', () => {
    const counts = new Map<string, number>();
    for (const one of recordings) {
      const [method, target = ''] = one.request.split(' ');
      const { pathname } = new URL(target, 'http://localhost');
      const normalise = kinds.find(([pattern]) => pattern.test(pathname))?.[1];
      if (method !== 'GET' || one.status !== 200 || normalise === undefined) {
        continue;
      }
      const { rows, setAside } = mapRows('observations', rowsIn(one), (wire) => normalise(wire, 'proj-real'));
      assert.deepEqual(setAside, [], one.file);
      counts.set(normalise.name, (counts.get(normalise.name) ?? 0) + rows.length);
    }
    for (const [name, atLeast] of Object.entries(expected.rowCounts)) {
      assert.ok((counts.get(name) ?? 0) >= atLeast, `${name}: ${String(counts.get(name))}`);
    }
  });

  for (const [title, file, id, record] of expected.observations) {
    it(`give ${title} as the table says`, () => {
      assert.deepEqual(withoutResource(normaliseObservation(row(file, id), '?')), record);
    });
  }

  it('give OpenTelemetry’s attributes the same flat keys on direct and on legacy writes', () => {
    const direct = normaliseObservation(row('v2-observations-traceId', 'af02da9de7e258f3'), '?');
    assert.deepEqual(direct.resourceAttributes, expected.directResource);
    const legacy = normaliseObservation(row('dual/observation-legacy-by-id', '85a74d772b706358'), '?');
    assert.deepEqual(legacy.metadata, { attempt: 1, provider: 'gpt' });
    // Recorded on another host name; Node's version moved on in between too.
    assert.deepEqual(Object.keys(legacy.resourceAttributes).sort(), Object.keys(expected.directResource).sort());
  });

  it('give long metadata whole', () => {
    const { metadata } = normaliseObservation(row('v2-observations-expandMetadata', '38f572f1802c64a0'), '?');
    assert.deepEqual(metadata, { plan: 'free', tenant: 'acme', big: 'C'.repeat(500) });
  });

  it('give a legacy trace as the table says', () => {
    const trace = normaliseTrace(row('dual/traces', 'b3ee19f2-a584-49c8-92d5-00fda69268b0'), '?');
    assert.deepEqual(trace, expected.legacyTrace);
  });

  for (const [title, file, id, record] of expected.scores) {
    it(`give ${title} as the table says, through v3 and through v2`, () => {
      assert.deepEqual(normaliseScore(row(file, id), '?'), record);
      assert.deepEqual(normaliseLegacyScore(row('dual/v2-scores', id), '?'), record);
    });
  }

  for (const [title, file, record] of expected.prompts) {
    it(`give ${title} as the table says`, () => {
      assert.deepEqual(normalisePrompt(recording(file).body, '?'), record);
    });
  }
});

describe('the client against recorded answers', () => {
  /** Answers each request with the recording that `choose` names. */
  function replay(choose: (url: URL) => string): Connection {
    return new Connection('http://langfuse.invalid', {
      fetch: (target) => {
        const one = recording(choose(new URL(target)));
        // The recorded body is neither compressed nor of the recorded length any more.
        const headers = new Headers(one.responseHeaders);
        headers.delete('content-encoding');
        headers.delete('content-length');
        return Promise.resolve(new Response(JSON.stringify(one.body), { status: one.status, headers }));
      },
    });
  }

  function lists(url: URL, others: (url: URL) => string): string {
    const known: Readonly<Record<string, string>> = {
      '/api/public/health': 'health',
      '/api/public/projects': 'projects',
      '/api/public/traces': 'traces',
    };
    return known[url.pathname] ?? others(url);
  }

  const cursorOf = (one: Recording): string | undefined => (one.body as { meta: { cursor?: string } }).meta.cursor;
  const pages = recordings.filter(({ file }) => /^v2-observations-page-\d+\.json$/.test(file));

  it('walks the recorded pages to their end and loses no row', async () => {
    const byCursor = (url: URL): string => {
      const cursor = url.searchParams.get('cursor');
      const before = pages.findIndex((one) => cursorOf(one) === cursor);
      return pages[before + 1]?.file.replace('.json', '') ?? '';
    };
    const source = await replay((url) => lists(url, byCursor)).open();
    assert.deepEqual(
      [source.server.generation, source.server.version, source.server.projectId, source.server.organizationName],
      ['events', '4.16.0', 'proj-real', 'Real Org'],
    );
    const walked = await collect(observationsOf(source, everything, {}));
    assert.equal(walked.length, 26);
    const ids = walked.flatMap(({ rows }) => rows.map((one) => one.id));
    assert.equal(new Set(ids).size, 52);
    assert.equal(ids[0], (rowsIn(recording('v2-observations-page-01'))[0] as { id: string }).id);
  });

  it('reads recorded scores and counts', async () => {
    const rest = (url: URL): string =>
      url.pathname.endsWith('/scores')
        ? 'v3-scores-fields-all'
        : url.pathname.endsWith('/metrics')
          ? 'ch-quote64/v2-metrics-time-hour'
          : 'v2-observations-fields-all';
    const source = await replay((url) => lists(url, rest)).open();
    assert.equal((await rowsOf(source.scores(everything, {}))).length, 24);
    const counts = await source.countObservations(everything, 'hour');
    assert.equal(counts?.get(Date.parse('2026-11-21T01:00:00Z')), 10);
    assert.equal(counts.has(Date.parse('2026-11-21T00:00:00Z')), false);
  });

  it('names the recorded refusal of wrong keys', async () => {
    const refused = replay((url) => (url.pathname.endsWith('/projects') ? '401-wrong-secret' : 'health'));
    await assert.rejects(refused.open(), { code: 'auth.invalid', message: /Invalid credentials/ });
  });

  it('waits as a recorded 429 says', async () => {
    let requests = 0;
    const throttled = replay((url) =>
      lists(url, () => ((requests += 1) === 2 ? '429-v2-observations' : 'v2-observations-orphan-child')),
    );
    const source = await throttled.open();
    await rowsOf(observationsOf(source, everything, {}));
    assert.deepEqual(throttled.clock.slept, [60_000]);
    // 6 allow 5 a window; one of this window is spent: 96 are left for 20 further windows of 60.5 s.
    assert.equal(source.estimateSeconds(100), 1210);
  });
});
