import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import * as vscode from 'vscode';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

describe('a folder that the user has not trusted', () => {
  let server: LangfuseServer;
  before(async () => {
    server = await startLangfuseServer({ observations: 10 });
  });
  after(() => server.close());

  it('lets no command of a database reach a server', async () => {
    let connections = 0;
    const listener = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    const connectionString = `postgres://me:secret@127.0.0.1:${port}/metrics`;
    assert.equal(
      await vscode.commands.executeCommand('langfuseMetrics.connectPostgres', { connectionString }),
      undefined,
    );
    assert.equal(await vscode.commands.executeCommand('langfuseMetrics.moveToPostgres', { days: null }), undefined);
    assert.equal(connections, 0);
    listener.close();
  });

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
