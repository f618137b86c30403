/**
 * Reserves for some time, with the limiter or with a bare transaction, and says how many it got from
 * FROM on, when it is warm: limiterChild.ts limiter|bare FOLDER FROM UNTIL CALLERS.
 */
import process from 'node:process';
import { bareReserve, limiterReserve } from './limiterReserve.ts';

const [kind, folder = '', from, until, callers] = process.argv.slice(2);
const { reserve, close } = await (kind === 'bare' ? bareReserve(folder) : limiterReserve(folder));
let count = 0;
const caller = async (): Promise<void> => {
  for (let now = Date.now(); now < Number(until); now = Date.now()) {
    await reserve();
    count += now < Number(from) ? 0 : 1;
  }
};
await Promise.all(Array.from({ length: Number(callers) }, caller));
await close();
process.stdout.write(String(count));
