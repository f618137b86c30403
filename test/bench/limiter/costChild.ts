/**
 * What a reservation costs in this process, with the limiter and with a bare transaction in turns:
 * costChild.ts FOLDER ROUNDS. Writes the microseconds of each round as JSON.
 */
import process from 'node:process';
import { bareReserve, limiterReserve, type Reserving } from './limiterReserve.ts';

/** Of the two, in microseconds of processor time. */
export interface Cost {
  readonly ours: number;
  readonly theirs: number;
}

/** Processor time of each of some reservations: what other programs take does not count. */
async function cost({ reserve }: Reserving): Promise<number> {
  const count = 3000;
  const began = process.threadCpuUsage();
  for (let done = 0; done < count; done += 1) {
    await reserve();
  }
  const { user, system } = process.threadCpuUsage(began);
  return (user + system) / count;
}

const [folder = '', rounds] = process.argv.slice(2);
const limiter = await limiterReserve(folder);
const bare = await bareReserve(folder);
await cost(limiter);
await cost(bare);
const costs: Cost[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  costs.push({ ours: await cost(limiter), theirs: await cost(bare) });
}
await limiter.close();
await bare.close();
process.stdout.write(JSON.stringify(costs));
