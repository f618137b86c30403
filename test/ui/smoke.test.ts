import assert from 'node:assert/strict';
import type { Workbench } from '../tools/editor/workbench.ts';
import { openWorkbench } from './harness.ts';

describe('a window of VS Code with the packed extension', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench();
  });
  after(() => workbench.close());

  it('offers the commands of the extension', async () => {
    await workbench.runCommand('Langfuse Metrics: Show log');
    assert.equal(await workbench.page.locator('.part.panel').isVisible(), true);
  });
});
