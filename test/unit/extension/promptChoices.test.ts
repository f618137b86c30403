import assert from 'node:assert/strict';
import { promptChoices } from '../../../src/extension/prompts/promptChoices.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import type { PromptFigures, PromptVersionFigures } from '../../../src/protocol/analytics.ts';

type Runs = readonly [version: number, runs: number, failed: number];

function prompt(name: string, ...versions: readonly Runs[]): PromptFigures {
  return {
    prompt: name,
    versions: versions.map(
      ([version, executions, failed]) =>
        ({ version, executions, successRate: { n: executions, count: executions - failed } }) as PromptVersionFigures,
    ),
  } as unknown as PromptFigures;
}

const prompts = [
  prompt('a/rare', [1, 3, 3]),
  prompt('b/often', [8, 60, 0], [7, 1210, 1], [6, 0, 0]),
  prompt('c/never', [1, 0, 0]),
  prompt('d/old', ...[7, 6, 5, 4, 3, 2].map((version): Runs => [version, 1, 0])),
];

describe('the prompts of a quick pick', () => {
  const texts = (failures: boolean): readonly string[] =>
    promptChoices(prompts, { failures, days: 30, numbers: new Numbers('en') }).map(
      ({ label, description }) => `${label}: ${description}`,
    );

  it('come with the runs of their versions, most runs first', () => {
    assert.deepEqual(texts(false), [
      'b/often: v8 60 · v7 1,210',
      'd/old: v7 1 · v6 1 · v5 1 · v4 1 · v3 1 · …',
      'a/rare: v1 3',
      'c/never: no run in 30 d',
    ]);
  });

  it('come with the failed runs of their versions where those are looked for', () => {
    assert.deepEqual(texts(true), [
      'a/rare: v1 3',
      'b/often: v7 1',
      'c/never: no failed run in 30 d',
      'd/old: no failed run in 30 d',
    ]);
  });
});
