import assert from 'node:assert/strict';
import v8 from 'node:v8';
import vm from 'node:vm';
import { systemClock, type Clock } from '../../../src/engine/ports.ts';
import { score, StoreFixture } from '../../unit/store/fixture.ts';

/** Two hundred times as fast as the real one: a minute of silence passes in 0.3 s. */
const fastClock: Clock = {
  now: () => systemClock.now(),
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 200, signal),
};

/** Memory outside the JavaScript heap, in MB. What a first collection unreferences, a second one frees. */
async function megabytes(): Promise<number> {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    collect();
    await systemClock.sleep(50);
  }
  return process.memoryUsage().external / 1e6;
}

describe('Memory of the metrics database', () => {
  it('is given back after a minute without use, and what was there is still there', async () => {
    const fixture = new StoreFixture();
    const store = fixture.open({ clock: fastClock });
    const before = await megabytes();
    const comment = 'x'.repeat(1_000_000);
    const rows = Array.from({ length: 40 }, (_, index) => score(String(index), { comment }));
    await store.write((transaction) => transaction.upsert('llm_scores', rows));
    assert.ok((await megabytes()) - before > 40);
    await systemClock.sleep(1500);
    const held = (await megabytes()) - before;
    assert.ok(held < 20, `${held.toFixed(0)} MB are still held`);
    const { rows: counted } = await store.query('SELECT count(*) FROM llm_scores', { maxRows: 1 });
    assert.deepEqual(counted, [[40]]);
    await fixture.clean();
  });
});
