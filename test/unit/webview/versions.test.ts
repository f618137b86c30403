import assert from 'node:assert/strict';
import type { PromptFigures, PromptVersionFigures } from '../../../src/protocol/analytics.ts';
import { chooseVersions, nothingChosen } from '../../../webview/comparison/versions.ts';
import { choiceOfTarget } from '../../../webview/comparison/view.ts';

/** @param runs by version, newest first as the engine gives them */
function prompt(
  productionVersion: number | null,
  runs: readonly (readonly [version: number, runs: number])[],
): PromptFigures {
  const versions = runs.map(
    ([version, executions]) => ({ version, executions, labels: [] }) as unknown as PromptVersionFigures,
  );
  return { projectId: 'p', prompt: 'a', type: 'text', executions: 1, costUsd: null, productionVersion, versions };
}

const four = prompt(6, [
  [8, 60],
  [7, 210],
  [6, 198],
  [5, 322],
]);

describe('the versions that are compared', () => {
  it('are the newest that ran against the one in production', () => {
    assert.deepEqual(chooseVersions(four, nothingChosen), {
      baseline: 'v6',
      subject: 'v8',
      shown: ['v6', 'v5', 'v7', 'v8'],
    });
  });

  it('are the one asked about against production, and production against the one before it', () => {
    assert.deepEqual(chooseVersions(four, { ...nothingChosen, subject: 'v7' })?.baseline, 'v6');
    const production = chooseVersions(four, { ...nothingChosen, subject: 'v6' });
    assert.deepEqual([production?.baseline, production?.subject], ['v5', 'v6']);
  });

  it('are measured against the oldest that ran where none in production did', () => {
    const none = chooseVersions(
      prompt(null, [
        [3, 5],
        [2, 9],
        [1, 0],
      ]),
      nothingChosen,
    );
    assert.deepEqual([none?.baseline, none?.subject, none?.shown], ['v2', 'v3', ['v2', 'v3']]);
    const elsewhere = chooseVersions(
      prompt(1, [
        [3, 5],
        [2, 9],
        [1, 0],
      ]),
      nothingChosen,
    );
    assert.equal(elsewhere?.baseline, 'v2');
  });

  it('hold one without runs when it is asked for, or when there is no other', () => {
    assert.deepEqual(
      chooseVersions(
        prompt(2, [
          [3, 0],
          [2, 9],
        ]),
        nothingChosen,
      ),
      {
        baseline: 'v2',
        subject: 'v3',
        shown: ['v2', 'v3'],
      },
    );
    assert.deepEqual(chooseVersions(prompt(2, [[2, 9]]), nothingChosen), {
      baseline: 'v2',
      subject: null,
      shown: ['v2'],
    });
    assert.equal(chooseVersions(prompt(null, []), nothingChosen), null);
  });

  it('are at most seven, unless a person chooses more', () => {
    const many = prompt(
      1,
      Array.from({ length: 12 }, (_, index) => [12 - index, 50] as const),
    );
    assert.deepEqual(chooseVersions(many, nothingChosen)?.shown, ['v1', 'v7', 'v8', 'v9', 'v10', 'v11', 'v12']);
    const shown = many.versions.map(({ version }) => `v${version ?? '?'}`);
    assert.equal(chooseVersions(many, { ...nothingChosen, shown })?.shown.length, 12);
  });

  it('forget a choice that is no longer there', () => {
    const choice = { baseline: 'v99', subject: 'v98', shown: ['v99', 'v5'] };
    assert.deepEqual(chooseVersions(four, choice), { baseline: 'v6', subject: 'v8', shown: ['v6', 'v5', 'v8'] });
  });

  it('follow what the extension asks for: one to judge, or the baseline first and the one to judge last', () => {
    const target = { projectId: 'p', prompt: 'a', failures: false };
    assert.equal(choiceOfTarget({ ...target, versions: [] }), null);
    assert.deepEqual(choiceOfTarget({ ...target, versions: [7] }), { baseline: null, subject: 'v7', shown: null });
    assert.deepEqual(choiceOfTarget({ ...target, versions: [6, 7] }), {
      baseline: 'v6',
      subject: 'v7',
      shown: ['v6', 'v7'],
    });
    assert.deepEqual(choiceOfTarget({ ...target, versions: [5, 6, 8] }), {
      baseline: 'v5',
      subject: 'v8',
      shown: ['v5', 'v6', 'v8'],
    });
  });
});
