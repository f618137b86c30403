import assert from 'node:assert/strict';
import { lensHover } from '../../../src/extension/codelens/lensHover.ts';
import { lensProblem, lensText } from '../../../src/extension/codelens/lensTexts.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import { Times } from '../../../src/format/times.ts';
import type { PromptLens, PromptLensAnswer } from '../../../src/protocol/browse.ts';
import type { PromptUse } from '../../../src/protocol/promptUses.ts';

type Version = PromptLens['versions'][number];

const numbers = new Numbers('en');
const options = { numbers, days: 7, minimumRuns: 20 };

function version(number: number, labels: readonly string[], figures: Partial<Version['figures']> = {}): Version {
  return {
    version: number,
    labels,
    template: `Text of v${number} for {{x}}`,
    figures: {
      executions: 0,
      successCount: 0,
      successN: 0,
      low: null,
      high: null,
      costPerExecutionUsd: null,
      latencyP95: null,
      successSources: [],
      ...figures,
    },
  };
}

const answer = (...versions: readonly Version[]): PromptLensAnswer => ({
  range: { start: '2026-11-16T00:00:00.000Z', end: '2026-11-23T00:00:00.000Z' },
  exportedUntil: '2026-11-23T14:32:00.000Z',
  prompts: [{ projectId: 'p', prompt: 'agents/reviewer', type: 'text', versions }],
});

const use = (changes: Partial<PromptUse> = {}): PromptUse => ({
  file: 'app.py',
  line: 3,
  promptName: 'agents/reviewer',
  version: null,
  label: null,
  via: 'call',
  dynamic: { version: false, label: false },
  localText: null,
  span: { startLine: 3, startColumn: 0, endLine: 3, endColumn: 5 },
  ...changes,
});

const scored = (successCount: number, successN: number, low: number, high: number): Partial<Version['figures']> => ({
  executions: successN,
  successCount,
  successN,
  low,
  high,
});

/** Narrow no-break spaces as plain ones, to be read. */
const title = (given: PromptUse, figures: PromptLensAnswer | null): string =>
  lensText(given, figures, options).title.replaceAll('\u202f', ' ');

describe('the line above a use', () => {
  const production = version(3, ['production', 'latest'], {
    ...scored(184, 200, 0.874, 0.95),
    costPerExecutionUsd: 0.0021,
  });

  it('says what is served, how it does and what a call costs', () => {
    assert.equal(
      title(use(), answer(production)),
      'agents/reviewer · production v3 · 92 % ok (184/200, 7 d) · $0.0021 a call',
    );
  });

  it('follows a label, and latest where the server keeps it', () => {
    const staging = version(4, ['staging'], scored(20, 40, 0.35, 0.65));
    assert.equal(
      title(use({ label: 'staging' }), answer(production, staging)),
      'agents/reviewer · staging v4 · 50 % ok ▼ (20/40, 7 d)',
    );
    assert.equal(title(use({ label: 'latest' }), answer(version(2, []), version(1, []))).includes('latest v2'), true);
  });

  it('names a pinned version', () => {
    assert.equal(
      title(use({ version: 3 }), answer(production)),
      'agents/reviewer · v3 · 92 % ok (184/200, 7 d) · $0.0021 a call',
    );
  });

  it('has an arrow only when the intervals part from those of the version before', () => {
    const before = (low: number, high: number): PromptLensAnswer =>
      answer(version(3, ['production'], scored(184, 200, 0.874, 0.95)), version(1, [], scored(1, 2, low, high)));
    assert.match(title(use(), before(0.5, 0.87)), /ok ▲ \(/);
    assert.match(title(use(), before(0.96, 0.99)), /ok ▼ \(/);
    assert.match(title(use(), before(0.5, 0.875)), /ok \(/);
  });

  it('counts where a percentage would claim too much', () => {
    const few = answer(version(3, ['production'], scored(3, 4, 0.3, 0.95)));
    assert.equal(title(use(), few), 'agents/reviewer · production v3 · 3 of 4 ok (7 d)');
  });

  it('tells calls that nobody scored from no calls', () => {
    const unscored = answer(version(3, ['production'], { executions: 12 }));
    assert.equal(title(use(), unscored), 'agents/reviewer · production v3 · 12 calls, none scored (7 d)');
    const unlinked = lensText(use(), answer(version(3, ['production'])), options);
    assert.equal(unlinked.title, 'agents/reviewer · production v3 · no linked generations (how to link)');
    assert.equal(unlinked.action, 'howToLink');
  });

  it('offers at most three versions when the program chooses', () => {
    const open = use({ dynamic: { version: false, label: true } });
    const figures = answer(
      version(6, ['canary'], scored(1, 2, 0, 1)),
      version(5, []),
      version(4, ['staging'], scored(176, 200, 0.83, 0.92)),
      version(3, ['production'], scored(184, 200, 0.87, 0.95)),
      version(2, ['old']),
    );
    assert.equal(title(open, figures), 'agents/reviewer · v3 92 % · v6 canary 1 of 2 · v4 staging 88 %');
  });

  it('says of a local text what it equals', () => {
    const quiz = answer(version(2, ['production'], scored(81, 100, 0.72, 0.87)), version(1, []));
    const same = use({ via: 'text', localText: 'same', version: 2 });
    assert.equal(title(same, quiz), 'matches agents/reviewer v2 (production) · 81 %');
    assert.equal(title({ ...same, version: 1 }, quiz), 'matches v1, production is v2');
    const differs = lensText(use({ via: 'path', localText: 'differs' }), quiz, options);
    assert.deepEqual(differs, { title: 'differs from v2 (production) · Compare', action: 'compareText' });
  });

  it('has words of its own for each thing that is missing', () => {
    const none: PromptLensAnswer = { ...answer(), prompts: [] };
    assert.equal(title(use(), none), 'agents/reviewer · not in Langfuse');
    assert.equal(title(use(), { ...none, exportedUntil: null }), 'agents/reviewer · not synced yet');
    assert.equal(title(use({ version: 99 }), answer(production)), 'agents/reviewer · no version 99');
    assert.equal(title(use({ label: 'tenant-7' }), answer(production)), 'agents/reviewer · label tenant-7 not set');
    assert.equal(
      title(use({ version: 3, label: 'production' }), answer(production)),
      'agents/reviewer · version and label: SDK refuses',
    );
    assert.equal(title(use(), null), 'agents/reviewer · loading…');
  });

  it('keeps a number and its unit together', () => {
    assert.ok(lensText(use(), answer(production), options).title.includes('92\u202f%'));
  });
});

describe('the problems of uses', () => {
  const known = answer(version(3, ['production']));

  it('name prompts, versions and labels that Langfuse does not have', () => {
    assert.equal(lensProblem(use({ promptName: 'x' }), known), 'Langfuse has no prompt x.');
    assert.equal(lensProblem(use({ version: 9 }), known), 'The prompt agents/reviewer has no version 9.');
    assert.equal(lensProblem(use({ label: 'a' }), known), 'No version of the prompt agents/reviewer has the label a.');
    assert.equal(lensProblem(use(), known), null);
  });

  it('are none before the first export, nor where the prompt is being made', () => {
    assert.equal(lensProblem(use({ promptName: 'x' }), { ...known, prompts: [], exportedUntil: null }), null);
    assert.equal(lensProblem(use({ promptName: 'x', via: 'definition' }), known), null);
  });
});

describe('the hover on a name', () => {
  it('has a row a version, the template and where the figures come from', () => {
    const figures = answer(
      version(3, ['production'], {
        ...scored(184, 200, 0.874, 0.95),
        executions: 210,
        costPerExecutionUsd: 0.0021,
        latencyP95: 3.9,
        successSources: ['score:correct'],
      }),
      version(4, []),
    );
    const now = Date.parse('2026-11-23T15:00:00Z');
    const hover = lensHover(use(), figures, { ...options, times: new Times('en', 'UTC'), now });
    const plain = JSON.parse(JSON.stringify(hover).replaceAll('\u202f', ' ')) as typeof hover;
    assert.deepEqual(plain, {
      title: 'agents/reviewer',
      subtitle: 'production is v3',
      columns: ['Version', 'Success', '95 % CI', 'Runs', 'Cost / run', 'p95'],
      rows: [
        ['v4', '–', '–', '0', '–', '–'],
        ['v3 production', '92 %', '87 to 95', '210', '$0.0021', '3.90 s'],
      ],
      template: { language: 'markdown', text: 'Text of v3 for {{x}}' },
      source: 'Success is score correct. Last 7 d, exported up to 23 Nov 14:32.',
    });
  });
});
