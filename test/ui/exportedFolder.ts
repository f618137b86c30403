import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startLangfuseServer } from '../langfuse-server/server.ts';
import { cleanEnvironment } from '../tools/cleanEnvironment.ts';
import { root, run } from '../tools/shell.ts';

/** A folder with the database that an export of the stand-in server has made. */
export async function exportedFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-ui-'));
  const server = await startLangfuseServer({ end: Date.now(), days: 30, observations: 12_000 });
  try {
    const { exitCode } = await run(process.execPath, [path.join(root, 'dist', 'cli.js'), 'export', '--hours', '720'], {
      cwd: folder,
      stdio: 'ignore',
      env: {
        ...cleanEnvironment(),
        LANGFUSE_BASE_URL: server.url,
        LANGFUSE_PUBLIC_KEY: server.publicKey,
        LANGFUSE_SECRET_KEY: server.secretKey,
      },
    });
    assert.equal(exitCode, 0);
    return folder;
  } finally {
    await server.close();
  }
}
