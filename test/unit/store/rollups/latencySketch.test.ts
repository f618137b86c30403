import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LatencySketch } from '../../../../src/engine/store/rollups/latencySketch.ts';
import { percentiles } from '../../../../src/engine/analytics/statistics/quantiles.ts';

const latency = fc.double({ min: 0.001, max: 86_400, noNaN: true });
const latencies = fc.array(latency, { minLength: 1, maxLength: 400 });

function sketchOf(values: readonly number[]): LatencySketch {
  const sketch = new LatencySketch();
  values.forEach((value) => {
    sketch.add(value);
  });
  return sketch;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('a latency sketch', () => {
  it('gives percentiles within 1 % of the exact ones', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const exact = percentiles(values)!;
        const found = sketchOf(values).percentiles(sum(values))!;
        for (const name of ['p50', 'p90', 'p95', 'p99'] as const) {
          assert.ok(
            Math.abs(found[name] - exact[name]) <= 0.01 * exact[name],
            `${name}: ${found[name]} for ${exact[name]}`,
          );
        }
        assert.equal(found.n, values.length);
      }),
    );
  });

  it('is the same whichever way its values came together', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const together = sketchOf([...others, ...some]).toText();
        const merged = sketchOf(some);
        merged.merge(sketchOf(others));
        const joined = new LatencySketch();
        joined.addText(`${sketchOf(some).toText()} ${sketchOf(others).toText()}`);
        assert.equal(merged.toText(), together);
        assert.equal(joined.toText(), together);
      }),
    );
  });

  it('gives back what is taken away', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const sketch = sketchOf([...some, ...others]);
        sketch.addText(sketchOf(others).toText()!, -1);
        assert.equal(sketch.toText(), sketchOf(some).toText());
        assert.equal(sketch.n, some.length);
      }),
    );
  });

  it('holds values of less than a millisecond as 0 and says nothing when it is empty', () => {
    const sketch = sketchOf([0, 0.0001, -3]);
    assert.deepEqual(sketch.percentiles(0), { p50: 0, p90: 0, p95: 0, p99: 0, mean: 0, n: 3 });
    assert.equal(sketch.toText(), '-1:3');
    assert.equal(new LatencySketch().toText(), null);
    assert.equal(new LatencySketch().percentiles(0), null);
  });

  it('reads its own text', () => {
    const sketch = new LatencySketch();
    sketch.addText('-1 690:12,1,3 701');
    sketch.addText('-1:2,1');
    assert.equal(sketch.n, 21);
    assert.equal(sketch.toText(), '-1:3,1 690:12,1,3 701');
  });
});
