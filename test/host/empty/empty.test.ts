import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const commands = ['export', 'startBackgroundExport', 'stopBackgroundExport', 'setKeys', 'refreshRuns', 'cancelExport'];

describe('a window without a folder', () => {
  it('answers every command without an error', async () => {
    assert.equal(vscode.workspace.workspaceFolders, undefined);
    for (const command of commands) {
      // Told by a message that a folder is needed; what the command returns says that it did nothing.
      assert.equal(await vscode.commands.executeCommand(`langfuseMetrics.${command}`), undefined, command);
    }
  });
});
