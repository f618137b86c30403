import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stepMarkdown, traceMarkdown } from '../../../../webview/trace/markdown.ts';
import { StepTree } from '../../../../webview/trace/stepTree.ts';
import { subjectOfObservation, subjectOfTrace } from '../../../../webview/trace/subject.ts';
import { columnsOf, detailOf, origin, outlineOf, reviewSteps } from '../../../ui/webview/traceFixture.ts';
import { plain, writing } from '../writing.ts';

describe('a trace as Markdown', () => {
  const outline = outlineOf(reviewSteps);
  const tree = new StepTree(columnsOf(reviewSteps));
  const place = tree.placeOf('tests') ?? 0;
  const step = tree.step(place);
  const markdownWith = (outputText: string): string =>
    stepMarkdown(step, origin + step.start, subjectOfObservation(detailOf(reviewSteps[11]!, { outputText })), writing);

  it('has the facts, the texts and the steps in their nesting', () => {
    const text = plain(traceMarkdown(outline, tree, subjectOfTrace(outline), writing));
    assert.match(
      text,
      /^# code\\_review\n\n- Trace: `trace-8812`\n- Started: 2026-11-23T13:21:07\.000\+00:00\n- Duration: 48\.62 s/,
    );
    assert.match(text, /## Input\n\n```\nReview pull request 8812\n```/);
    assert.match(text, /\n {2}- \*\*file\\_reviewer\*\* · 18\.85 s\n/);
    assert.match(text, /\n {4}- \*\*run\\_tests\*\* · 6\.14 s · \*\*error\*\* · exit code 1\n/);
  });

  it('has messages of a step under their roles', () => {
    const text = markdownWith('{"role":"assistant","content":"Use `x`"}');
    assert.match(text, /- Error: exit code 1\n/);
    assert.match(text, /## Output\n\n### assistant\n\n```\nUse `x`\n```\n$/);
  });

  it('fences any text so that nothing in it ends the fence', () => {
    const line = fc.constantFrom('```', '````json', 'a', '`', '');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const output = lines.join('\n');
        const after = markdownWith(output).split('## Output\n\n')[1] ?? '';
        const fence = /^`+/.exec(after)?.[0] ?? '';
        assert.equal(after, `${fence}\n${output}\n${fence}\n`);
        assert.ok(!lines.some((line) => line.startsWith(fence)));
      }),
    );
  });
});
