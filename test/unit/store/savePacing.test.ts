import assert from 'node:assert/strict';
import type { Clock } from '../../../src/engine/ports.ts';
import { SavePacing } from '../../../src/engine/store/sqlite/savePacing.ts';

describe('Pacing saves', () => {
  it('spends at most a twentieth of the time on saves while the database grows', () => {
    let now = 0;
    const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
    const pacing = new SavePacing(clock);
    let saving = 0;
    let saves = 0;
    for (let megabytes = 0.1; megabytes < 300; megabytes += 2) {
      pacing.workBegins();
      now += 300;
      if (pacing.isDue(megabytes * 1e6)) {
        const duration = 4 * megabytes;
        now += duration;
        saving += duration;
        saves++;
        pacing.saved(duration);
      }
    }
    assert.ok(saves > 3, `${saves} saves`);
    assert.ok(saving / now > 0.01 && saving / now < 0.05, `${((saving / now) * 100).toFixed(1)} %`);
  });

  it('waits before the first save for as long as its size suggests', () => {
    let now = 1_000_000;
    const pacing = new SavePacing({ now: () => now, sleep: () => Promise.resolve() });
    pacing.workBegins();
    assert.equal(pacing.isDue(100e6), false);
    now += 9000;
    pacing.workBegins();
    assert.equal(pacing.isDue(100e6), false);
    now += 500;
    assert.equal(pacing.isDue(100e6), true);
  });
});
