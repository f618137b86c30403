import assert from 'node:assert/strict';
import { normaliseObservation } from '../../../src/engine/langfuse/normaliseObservation.ts';
import { mapRows } from '../../../src/engine/langfuse/rows.ts';

const minimal = { id: 'o1', type: 'SPAN', startTime: '2026-11-22T18:51:29.658Z' };
const read = (fields: Record<string, unknown>): ReturnType<typeof normaliseObservation> =>
  normaliseObservation({ ...minimal, ...fields }, 'p1');

describe('observations of the wire', () => {
  it('fills what a bare row lacks with null, never with zero', () => {
    assert.deepEqual(read({}), {
      projectId: 'p1',
      id: 'o1',
      traceId: 'o1',
      parentObservationId: null,
      type: 'SPAN',
      name: null,
      startTime: '2026-11-22T18:51:29.658Z',
      endTime: null,
      completionStartTime: null,
      createdAt: null,
      updatedAt: null,
      level: 'DEFAULT',
      statusMessage: null,
      version: null,
      release: null,
      environment: 'default',
      userId: null,
      sessionId: null,
      traceName: null,
      tags: [],
      isRoot: true,
      bookmarked: false,
      public: false,
      input: null,
      output: null,
      metadata: {},
      resourceAttributes: {},
      model: null,
      modelId: null,
      modelParameters: null,
      usageDetails: {},
      costDetails: {},
      promptName: null,
      promptVersion: null,
      latencySeconds: null,
      timeToFirstTokenSeconds: null,
    });
  });

  it('reads the model under either name', () => {
    assert.equal(read({ model: 'gpt-4o' }).model, 'gpt-4o');
    assert.equal(read({ providedModelName: 'gpt-4o' }).model, 'gpt-4o');
    assert.equal(read({ model: '', providedModelName: 'gpt-4o' }).model, 'gpt-4o');
    assert.equal(read({ model: '' }).model, null);
  });

  it('takes a total of 0 without parts as an unknown cost', () => {
    assert.deepEqual(read({ totalCost: 0, costDetails: {} }).costDetails, {});
    assert.deepEqual(read({ totalCost: 0 }).costDetails, {});
    assert.deepEqual(read({ calculatedTotalCost: 0, calculatedInputCost: null }).costDetails, {});
    assert.deepEqual(read({ costDetails: { total: 0 } }).costDetails, { total: 0 });
  });

  it('reads usage and cost of servers before usageDetails and costDetails', () => {
    const row = read({
      promptTokens: 100,
      completionTokens: 0,
      totalTokens: '100',
      calculatedInputCost: '0.0003',
      calculatedOutputCost: null,
      calculatedTotalCost: 0.0003,
    });
    assert.deepEqual(row.usageDetails, { input: 100, output: 0, total: 100 });
    assert.deepEqual(row.costDetails, { input: 0.0003, total: 0.0003 });
    assert.deepEqual(read({ usage: { unit: 'TOKENS', input: 7, output: 2, total: 9 } }).usageDetails, {
      input: 7,
      output: 2,
      total: 9,
    });
    assert.deepEqual(read({ promptTokens: 0, completionTokens: 0, totalTokens: 0 }).usageDetails, {});
  });

  it('knows roots by the missing parent or by the sender’s mark', () => {
    assert.equal(read({ parentObservationId: 'x' }).isRoot, false);
    assert.equal(read({ parentObservationId: 'x', isRootObservation: true }).isRoot, true);
    assert.equal(read({ parentObservationId: '', isRootObservation: false }).isRoot, true);
  });

  it('keeps observation types that it has never heard of', () => {
    assert.equal(read({ type: 'REASONING' }).type, 'REASONING');
  });

  it('reads numbers that come as strings and writes parsed input back as text', () => {
    const row = read({
      latency: '1.5',
      timeToFirstToken: '0.25',
      promptVersion: '3',
      usageDetails: { input: '12' },
      input: [{ role: 'user', content: 'hi' }],
      output: 'yo',
      modelParameters: '',
    });
    assert.equal(row.latencySeconds, 1.5);
    assert.equal(row.timeToFirstTokenSeconds, 0.25);
    assert.equal(row.promptVersion, 3);
    assert.deepEqual(row.usageDetails, { input: 12 });
    assert.equal(row.input, '[{"role":"user","content":"hi"}]');
    assert.equal(row.output, 'yo');
    assert.equal(row.modelParameters, null);
    assert.equal(read({ modelParameters: 'temperature=1' }).modelParameters, 'temperature=1');
  });

  it('sets malformed rows aside with id and reason and maps the others', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    const page = mapRows(
      'observations',
      [
        minimal,
        { ...minimal, id: 'o2', startTime: 'soon' },
        { ...minimal, id: 'o3', name: 42, tags: 'x' },
        { ...minimal, id: 'o4', input: deep },
        { ...minimal, id: '' },
        null,
        'text',
      ],
      (row) => normaliseObservation(row, 'p1'),
    );
    assert.deepEqual(
      page.rows.map((row) => row.id),
      ['o1'],
    );
    assert.deepEqual(
      page.setAside.map(({ stream, id }) => [stream, id]),
      [
        ['observations', 'o2'],
        ['observations', 'o3'],
        ['observations', 'o4'],
        ['observations', ''],
        ['observations', '?'],
        ['observations', '?'],
      ],
    );
    assert.equal(page.setAside[0]?.reason, 'startTime: no valid time');
    assert.match(page.setAside[1]?.reason ?? '', /^name: .*; tags: /);
    assert.equal(page.setAside[2]?.reason, 'nested too deeply');
  });

  it('lets an error that is no fault of the row through', () => {
    assert.throws(
      () =>
        mapRows('observations', [minimal], () => {
          throw new TypeError('bug');
        }),
      TypeError,
    );
  });
});
