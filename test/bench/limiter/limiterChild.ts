/** Reserves for some time, with the limiter or with a bare transaction: limiterChild.ts limiter|bare FOLDER FROM UNTIL CALLERS. */
import process from 'node:process';
import { bareReserve, limiterReserve } from './limiterReserve.ts';

const [kind, folder = '', from, until, callers] = process.argv.slice(2);
const { reserve, close } = await (kind === 'bare' ? bareReserve(folder) : limiterReserve(folder));
await reserve();
while (Date.now() < Number(from)) {
  await new Promise((resolve) => setTimeout(resolve, 1));
}
let count = 0;
const caller = async (): Promise<void> => {
  while (Date.now() < Number(until)) {
    await reserve();
    count += 1;
  }
};
await Promise.all(Array.from({ length: Number(callers) }, caller));
await close();
process.stdout.write(String(count));
