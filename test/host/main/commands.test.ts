import assert from 'node:assert/strict';
import * as vscode from 'vscode';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('the extension in an editor', () => {
  it('registers every command that it declares, and no other', async () => {
    const extension = vscode.extensions.getExtension<undefined>('langfuse-metrics.langfuse-metrics');
    assert.ok(extension);
    await extension.activate();
    const { contributes } = extension.packageJSON as Manifest;
    const declared = contributes.commands.map(({ command }) => command).sort();
    const ours = (await vscode.commands.getCommands(true)).filter(
      // VS Code makes commands of its own for every view and container.
      (command) =>
        /^langfuseMetrics\.[a-zA-Z.]+$/.test(command) &&
        !/\.(open|focus|resetViewLocation|removeView|toggleVisibility)$/.test(command),
    );
    assert.deepEqual(ours.sort(), declared);
  });
});
