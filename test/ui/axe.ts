import axe from 'axe-core';
import assert from 'node:assert/strict';
import type { Frame, Page } from 'playwright-core';

interface Findings {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
  readonly passes: readonly unknown[];
}

/** What axe finds in a document that keeps people from using it. */
export async function seriousViolations(document: Frame | Page): Promise<readonly string[]> {
  await document.evaluate(axe.source);
  const { violations, passes } = await document.evaluate<Findings>('axe.run(document)');
  assert.ok(passes.length > 10, 'axe looked at the document');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
    );
}
