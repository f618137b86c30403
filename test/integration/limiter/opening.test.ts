import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { clientFolder, requirePython } from './limiterProcess.ts';

const threads = 8;
const files = 100;

const opening = `
import os, sys, threading
from langfuse_rate_limit import _File
folder, files, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
gate = threading.Barrier(threads)
def work():
    for number in range(files):
        gate.wait()
        try:
            _File(os.path.join(folder, str(number) + ".db")).connection.close()
        except Exception as error:
            print(repr(error))
workers = [threading.Thread(target=work) for _ in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
`;

describe('a rate limit database that many open at the same moment, before it is there', function () {
  this.timeout(60_000);
  let folder = '';

  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'limiter-opening-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, and is nobody else’s to any of them', async () => {
    const gate = new Int32Array(new SharedArrayBuffer(4 * files));
    const failures: unknown[] = [];
    await Promise.all(
      Array.from({ length: threads }, async () => {
        const workerData = { folder, files, threads, gate };
        const worker = new Worker(new URL('openingChild.ts', import.meta.url), { workerData });
        worker.on('message', (failure) => failures.push(failure));
        await once(worker, 'exit');
      }),
    );
    assert.deepEqual(failures, []);
    assert.deepEqual([...gate], Array(files).fill(threads));
  });

  it('is so in Python too', async () => {
    const args = ['-c', opening, folder, String(files), String(threads)];
    const { stdout } = await promisify(execFile)(requirePython(), args, { env: { PYTHONPATH: clientFolder } });
    assert.equal(stdout, '');
  });
});
