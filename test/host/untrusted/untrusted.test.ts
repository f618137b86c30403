import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

describe('a folder that the user has not trusted', () => {
  let server: LangfuseServer;
  before(async () => {
    server = await startLangfuseServer({ observations: 10 });
  });
  after(() => server.close());

  it('gets no request sent and no file written', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const { url: baseUrl, publicKey, secretKey } = server;
    const stored = await vscode.commands.executeCommand('langfuseMetrics.setKeys', { baseUrl, publicKey, secretKey });
    assert.equal(stored, undefined);
    assert.equal(await vscode.commands.executeCommand('langfuseMetrics.export'), undefined);
    assert.equal(server.requests.length, 0);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    assert.equal(existsSync(path.join(folder, '.langfuse')), false);
  });
});
