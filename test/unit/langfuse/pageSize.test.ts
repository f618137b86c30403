import assert from 'node:assert/strict';
import { PageSize } from '../../../src/engine/langfuse/pageSize.ts';

function succeed(size: PageSize, pages: number): number[] {
  return Array.from({ length: pages }, () => {
    size.succeeded();
    return size.current;
  });
}

describe('page size', () => {
  it('shrinks in steps down to single rows', () => {
    const size = new PageSize(1000);
    const sizes = [];
    while (size.shrink('tooLarge')) {
      sizes.push(size.current);
    }
    assert.deepEqual(sizes, [250, 50, 10, 1]);
    assert.equal(size.current, 1);
  });

  it('shrinks a small start to the next smaller step', () => {
    const size = new PageSize(100);
    size.shrink('tooLarge');
    assert.equal(size.current, 50);
  });

  it('doubles after five good pages, below the size that failed', () => {
    const size = new PageSize(1000);
    size.shrink('tooLarge');
    assert.deepEqual(succeed(size, 5), [250, 250, 250, 250, 500]);
    assert.equal(Math.max(...succeed(size, 44)), 500);
    assert.equal(succeed(size, 1)[0], 1000, 'the fiftieth good page forgives');
  });

  it('waits twice as long when the forgiven size fails again', () => {
    const size = new PageSize(1000);
    size.shrink('tooLarge');
    succeed(size, 50);
    size.shrink('tooLarge');
    assert.equal(Math.max(...succeed(size, 99)), 500);
    assert.equal(succeed(size, 1)[0], 1000);
  });

  it('returns at once to a size that failed for whatever reason, and remembers it when it fails again', () => {
    const size = new PageSize(1000);
    size.shrink('fault');
    assert.deepEqual(succeed(size, 1), [1000]);
    size.shrink('fault');
    assert.deepEqual(succeed(size, 5), [250, 250, 250, 250, 500]);
    assert.equal(Math.max(...succeed(size, 44)), 500);
  });

  it('forgets a suspicion when the size succeeds', () => {
    const size = new PageSize(1000);
    for (let outages = 0; outages < 5; outages += 1) {
      size.shrink('fault');
      size.shrink('fault');
      assert.deepEqual(succeed(size, 2), [1000, 1000]);
    }
  });
});
