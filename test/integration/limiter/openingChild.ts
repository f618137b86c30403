/** Opens each of some new files at the very moment at which the other threads do so. Posts what went wrong. */
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { LimiterFile } from '../../../src/engine/limiter/sqlite/limiterFile.ts';

const { folder, files, threads, gate } = workerData as {
  readonly folder: string;
  readonly files: number;
  readonly threads: number;
  readonly gate: Int32Array;
};
for (let file = 0; file < files; file += 1) {
  if (Atomics.add(gate, file, 1) === threads - 1) {
    Atomics.notify(gate, file);
  }
  for (let arrived = Atomics.load(gate, file); arrived < threads; arrived = Atomics.load(gate, file)) {
    Atomics.wait(gate, file, arrived, 10);
  }
  try {
    new LimiterFile(path.join(folder, `${file}.db`)).close();
  } catch (error) {
    parentPort?.postMessage(String(error));
  }
}
