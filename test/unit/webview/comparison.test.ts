import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PromptComparison, VersionComparison } from '../../../src/protocol/analytics.ts';
import { scaleOf } from '../../../webview/comparison/scale.ts';
import { shiftRows } from '../../../webview/comparison/shiftsTable.ts';
import { configChanges, templateLines } from '../../../webview/comparison/template.ts';
import { diffTemplates } from '../../../webview/comparison/textDiff.ts';
import { comparisonAsSql } from '../../../webview/comparison/viewSql.ts';
import { verdictOf } from '../../../webview/comparison/verdict.ts';
import { pText, signedPoints } from '../../../webview/comparison/words.ts';
import { plain, writing } from './writing.ts';

const numbers = writing.numbers;

describe('the difference of two templates', () => {
  const lines = (text: string): ReturnType<typeof templateLines> => templateLines({ type: 'text', template: text });

  it('is marked word by word where a line was changed, and as a whole where it is another line', () => {
    const diff = diffTemplates(
      lines('Be brief.\nPick what fits best.\nEnd'),
      lines('Be brief.\nPick what helps most.\nEnd\nBye'),
    );
    assert.deepEqual(
      diff?.lines.map(({ change, left, right, parts }) => [
        change,
        left,
        right,
        parts.map(({ text, changed }) => (changed ? `[${text}]` : text)).join(''),
      ]),
      [
        ['same', 1, 1, 'Be brief.'],
        ['removed', 2, null, 'Pick what [fits best].'],
        ['added', null, 2, 'Pick what [helps most].'],
        ['same', 3, 3, 'End'],
        ['added', null, 4, '[Bye]'],
      ],
    );
    assert.deepEqual([diff.added, diff.removed], [2, 1]);
  });

  it('gives back both texts, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a b', 'a c', 'b', '', 'long line of words'), { maxLength: 8 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const diff = diffTemplates(lines(left.join('\n')), lines(right.join('\n')));
        const side = (other: 'added' | 'removed'): string =>
          (diff?.lines ?? [])
            .filter(({ change }) => change !== other)
            .map(({ parts }) => parts.map((part) => part.text).join(''))
            .join('\n');
        assert.equal(side('added'), left.join('\n'));
        assert.equal(side('removed'), right.join('\n'));
      }),
    );
  });

  it('reads the messages of chat prompts, each under its role', () => {
    const template = JSON.stringify([
      { role: 'system', content: 'Be brief.\nBe kind.' },
      { type: 'placeholder', name: 'history' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ]);
    const read = templateLines({ type: 'chat', template });
    assert.deepEqual(
      read.slice(0, 5).map(({ kind, text }) => `${kind} ${text}`),
      ['role system', 'text Be brief.', 'text Be kind.', 'role {{history}}', 'role user'],
    );
    assert.deepEqual(templateLines({ type: 'chat', template: 'not JSON' }), [{ kind: 'text', text: 'not JSON' }]);
  });

  it('names the keys of the configuration that differ', () => {
    const left = JSON.stringify({ model: 'a', temperature: 0, format: { type: 'json', strict: true } });
    const right = JSON.stringify({ model: 'b', temperature: 0, format: { type: 'json' }, stop: ['x'] });
    assert.deepEqual(configChanges(left, right), [
      { key: 'format.strict', left: 'true', right: null },
      { key: 'model', left: '"a"', right: '"b"' },
      { key: 'stop', left: null, right: '["x"]' },
    ]);
    assert.deepEqual(configChanges('{}', null), []);
  });
});

describe('the scale of intervals', () => {
  it('holds all values from tick to tick', () => {
    const scale = scaleOf([0.732, 0.933], { steps: [0.05, 0.1, 0.2], least: 0, most: 1, width: 100 });
    assert.deepEqual(scale.ticks, [0.7, 0.75, 0.8, 0.85, 0.9, 0.95]);
    assert.deepEqual(
      scaleOf([0, 1], { steps: [0.05, 0.1, 0.2], least: 0, most: 1, width: 100 }).ticks,
      [0, 0.2, 0.4, 0.6, 0.8, 1],
    );
    assert.deepEqual(scaleOf([], { steps: [0.1], least: 0, most: 1, width: 100 }).ticks, []);
  });

  it('ends where values may not be drawn', () => {
    const scale = scaleOf([0, 9], { steps: [0.5, 1], least: -1, most: 2, width: 100 });
    assert.deepEqual([scale.from, scale.to], [0, 2]);
  });

  it('has room for any value within its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
        const { from, to, ticks } = scaleOf(values, { steps: [0.05, 0.1, 0.2, 0.5], least: -1, most: 1, width: 10 });
        assert.ok(from <= Math.min(...values) + 1e-6 && to >= Math.max(...values) - 1e-6);
        assert.ok(ticks.length >= 2 && ticks.length <= 6);
      }),
    );
  });
});

describe('the words of a comparison', () => {
  it('write differences in points with their sign, and p-values with what they can carry', () => {
    assert.deepEqual(
      [0.09, -0.03, 0.004, 0].map((difference) => plain(signedPoints(difference, numbers))),
      ['+9', '−3', '+0.4', '0'],
    );
    assert.deepEqual(
      [0.0127, 0.44, 0.00002].map((p) => pText(p, numbers)),
      ['p = 0.013', 'p = 0.44', 'p < 0.001'],
    );
  });

  const variant = (name: string, executions: number, successes: number | null): PromptComparison['variants'][number] =>
    ({
      name,
      version: Number(name.slice(1)),
      labels: [],
      executions,
      successRate: {
        value: successes === null ? null : successes / executions,
        count: successes ?? 0,
        n: successes === null ? 0 : executions,
        low: null,
        high: null,
      },
      quality: { value: null, n: 0, low: null, high: null },
    }) as unknown as PromptComparison['variants'][number];
  const compared: VersionComparison = {
    a: 'v6',
    b: 'v7',
    difference: { value: 0.09, low: 0.02, high: 0.16 },
    test: 'two-proportion',
    pValue: 0.008,
    adjustedPValue: 0.008,
    verdictKind: 'better',
    verdict: 'v7 is better than v6: +9 points, 95 % CI 2 to 16, n = 210 and 198',
    moreRunsNeeded: null,
    qualityDifference: null,
    shifts: [],
    confounders: [],
  };
  const verdict = (
    variants: PromptComparison['variants'],
    comparison: VersionComparison,
  ): ReturnType<typeof verdictOf> => {
    const range = { start: '2026-10-24T00:00:00.000Z', end: '2026-11-23T00:00:00.000Z' };
    const answer = {
      prompt: 'a',
      projectId: 'p',
      range,
      baseline: 'v6',
      variants,
      comparisons: [comparison],
      missing: {},
    };
    const [baseline, subject = null] = variants;
    assert.ok(baseline);
    return verdictOf(answer, { baseline, subject, comparison }, writing);
  };

  it('repeat the engine’s verdict as it is, and name the test', () => {
    const words = verdict([variant('v6', 198, 160), variant('v7', 210, 189)], compared);
    assert.equal(words.headline, compared.verdict);
    assert.equal(words.about, null);
    assert.deepEqual(words.details, ['Two-proportion test: p = 0.008']);
    assert.equal(words.doubt, null);
  });

  it('name the pair and its figures where the verdict does not', () => {
    const undecided = {
      ...compared,
      verdictKind: 'undecided',
      verdict: 'not yet decided: about 160 more runs',
    } as const;
    const words = verdict([variant('v6', 198, 160), variant('v7', 210, 189)], undecided);
    assert.equal(words.about, 'v7 against v6');
    assert.equal(words.headline, 'not yet decided: about 160 more runs');
    assert.equal(plain(words.details[0] ?? ''), '+9 points, 95 % CI 2 to 16, n = 210 and 198');
  });

  it('give counts where runs are few, and say when nothing can be compared', () => {
    const tooFew = {
      ...compared,
      verdictKind: 'tooFew',
      verdict: 'too few runs',
      difference: null,
      test: null,
    } as const;
    const few = verdict([variant('v6', 198, 160), variant('v7', 17, 14)], tooFew);
    assert.deepEqual(few.details, ['v7: 14 of 17 succeeded · v6: 160 of 198 succeeded']);
    assert.equal(few.remedy, 'moreTime');
    const one = verdict([variant('v6', 0, null), variant('v7', 17, 14)], tooFew);
    assert.equal(one.headline, 'Only v7 ran from 24 Oct to 23 Nov');
    const unscored = verdict([variant('v6', 40, null), variant('v7', 17, null)], tooFew);
    assert.equal(unscored.headline, 'No run says whether it was a success');
    assert.match(unscored.details[0] ?? '', /^None of 57 runs/);
  });

  it('put a doubt beside the verdict, with the one model that both versions ran with', () => {
    const stratum = (
      name: string,
      nA: number,
      nB: number,
    ): VersionComparison['confounders'][number]['strata'][number] => ({
      name,
      nA,
      nB,
      shareA: nA / 198,
      shareB: nB / 210,
      difference: { value: 0.06, low: -0.03, high: 0.14 },
    });
    const sentence = 'The models differ. With the same mix of models it is +6 points: not yet decided.';
    const confounded = {
      ...compared,
      verdictKind: 'confounded',
      verdict: sentence,
      confounders: [
        { variable: 'model', strata: [stratum('sonnet', 81, 164), stratum('mini', 117, 46)], sameMix: null, sentence },
      ],
    } as const;
    const { doubt, headline } = verdict([variant('v6', 198, 160), variant('v7', 210, 189)], confounded);
    assert.equal(headline, sentence);
    assert.equal(plain(doubt?.text ?? ''), '78 % of the runs of v7 used sonnet, 41 % of those of v6.');
    assert.equal(doubt?.serious, true);
    assert.deepEqual(doubt.within?.filters, { models: ['sonnet'] });
  });

  it('relate what a run costs and takes to the baseline', () => {
    const shift = {
      measure: 'costUsd',
      medianA: 0.002,
      medianB: 0.003,
      shift: 0.001,
      low: 0.0005,
      high: 0.0015,
      test: 'mann-whitney',
      pValue: 0.01,
      adjustedPValue: 0.01,
      nA: 30,
      nB: 40,
      inWords: 'costs more',
    } as const;
    const [row] = shiftRows({ ...compared, shifts: [shift] }, variant('v6', 1, 1), variant('v7', 1, 1));
    assert.deepEqual(row?.change, { value: 0.5, low: 0.25, high: 0.75 });
    const [free] = shiftRows(
      { ...compared, shifts: [{ ...shift, medianA: 0 }] },
      variant('v6', 1, 1),
      variant('v7', 1, 1),
    );
    assert.equal(free?.change, null);
  });
});

describe('the comparison as SQL', () => {
  it('holds the prompt with all its versions and the scope, quoted', () => {
    const range = { start: '2026-11-16T00:00:00.000Z', end: '2026-11-23T00:00:00.000Z' };
    const sql = comparisonAsSql({ range, projectId: 'p', filters: { models: ['a'], users: ['u'] } }, "it's/one");
    assert.match(sql, /prompt_id = 'it''s\/one' OR \(prompt_id >= 'it''s\/one:v' AND prompt_id < 'it''s\/one:w'\)/);
    assert.match(sql, /AND model = 'a'\n/);
    assert.match(sql, /SELECT project_id, trace_id FROM llm_traces WHERE user_id = 'u'/);
  });
});
