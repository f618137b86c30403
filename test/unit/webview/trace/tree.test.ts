import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StepColumns } from '../../../../src/protocol/browse.ts';
import { Numbers } from '../../../../src/format/numbers.ts';
import { nextPlace } from '../../../../webview/trace/traceFind.ts';
import { overviewOf } from '../../../../webview/trace/overview.ts';
import { StepTree } from '../../../../webview/trace/stepTree.ts';
import { barPlace, ticks } from '../../../../webview/trace/timeScale.ts';
import { VisibleRows } from '../../../../webview/trace/visibleRows.ts';
import { plain } from '../writing.ts';

/** Steps of a second each, a second apart; `failed` by row. */
function columns(parents: readonly (number | null)[], failed: readonly number[] = []): StepColumns {
  const each = <T>(value: T): readonly T[] => parents.map(() => value);
  return {
    texts: ['SPAN', 'DEFAULT', 'ERROR'],
    ids: parents.map((_, row) => `s${row}`),
    parents,
    orphans: 0,
    types: each(0),
    names: each(null),
    levels: parents.map((_, row) => (failed.includes(row) ? 2 : 1)),
    statusMessages: each(null),
    models: each(null),
    origin: 0,
    starts: parents.map((_, row) => row * 1000),
    ends: parents.map((_, row) => (row + 1) * 1000),
    firstTokens: each(null),
    tokens: each(null),
    costsUsd: each(null),
    fallbacks: [],
  };
}

const idsIn = (tree: StepTree): string[] => Array.from({ length: tree.size }, (_, place) => tree.step(place).id);
/** Any parents at all, circles and steps that are their own parents included. */
const anyParents = fc
  .integer({ min: 1, max: 40 })
  .chain((size) => fc.array(fc.option(fc.integer({ min: 0, max: size - 1 })), { minLength: size, maxLength: size }));

describe('the tree of a trace', () => {
  //  s0 ─ s2 ─ s4
  //     └ s3
  //  s1
  const small = columns([null, null, 0, 0, 2], [4, 3]);

  it('puts children below their parents, in the order that they began', () => {
    const tree = new StepTree(small);
    assert.deepEqual(idsIn(tree), ['s0', 's2', 's4', 's3', 's1']);
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((place) => tree.depth(place)),
      [0, 1, 2, 1, 0],
    );
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((place) => tree.parent(place)),
      [null, 0, 1, 0, null],
    );
    assert.deepEqual(tree.position(3), { position: 2, siblings: 2 });
    assert.deepEqual(tree.position(4), { position: 2, siblings: 2 });
    assert.equal(tree.placeOf('s3'), 3);
    assert.equal(tree.placeOf('none'), null);
  });

  it('counts failures inside a step, and those directly below it', () => {
    const tree = new StepTree(small);
    assert.deepEqual(tree.failures, [2, 3]);
    assert.deepEqual([tree.failuresInside(0), tree.failedChildren(0)], [2, 1]);
    assert.deepEqual([tree.failuresInside(1), tree.failedChildren(1)], [1, 1]);
    assert.equal(tree.failuresInside(2), 0);
  });

  it('shows every step once, whatever parents are said', () => {
    fc.assert(
      fc.property(anyParents, (parents) => {
        const tree = new StepTree(columns(parents));
        assert.deepEqual(idsIn(tree).sort(), parents.map((_, row) => `s${row}`).sort());
        for (let place = 1; place < tree.size; place++) {
          assert.ok(tree.depth(place) <= tree.depth(place - 1) + 1);
        }
      }),
    );
  });

  it('takes steps that are nested 50,000 deep', () => {
    const tree = new StepTree(columns(Array.from({ length: 50_000 }, (_, row) => (row === 0 ? null : row - 1))));
    assert.equal(tree.depth(49_999), 49_999);
    assert.equal(tree.end(0), 50_000);
  });

  it('shows the same rows after any foldings as a tree that began so folded', () => {
    const act = fc.record({ act: fc.constantFrom('fold', 'unfold', 'reveal'), place: fc.integer({ min: 0, max: 39 }) });
    fc.assert(
      fc.property(anyParents, fc.array(act, { maxLength: 20 }), (parents, acts) => {
        const tree = new StepTree(columns(parents));
        const rows = new VisibleRows(tree);
        for (const { act, place } of acts) {
          rows[act](place % tree.size);
        }
        const again = new VisibleRows(tree, rows.folded);
        const places = (of: VisibleRows): (number | undefined)[] =>
          Array.from({ length: of.length }, (_, index) => of.at(index));
        assert.deepEqual(places(rows), places(again));
        for (const [index, place] of places(rows).entries()) {
          assert.equal(rows.indexOf(place ?? 0), index);
        }
      }),
    );
  });

  it('gives the row of the nearest shown ancestor of what is folded away', () => {
    const rows = new VisibleRows(new StepTree(small), [1]);
    assert.equal(rows.length, 4);
    assert.equal(rows.indexOf(2), 1);
    rows.reveal(2);
    assert.equal(rows.at(rows.indexOf(2)), 2);
  });

  it('goes to the next and the previous of some places, around the ends', () => {
    assert.equal(nextPlace([2, 5, 9], 5, 1), 9);
    assert.equal(nextPlace([2, 5, 9], 9, 1), 2);
    assert.equal(nextPlace([2, 5, 9], 2, -1), 9);
    assert.equal(nextPlace([2, 5, 9], null, -1), 9);
    assert.equal(nextPlace([], 3, 1), null);
  });
});

describe('the time axis', () => {
  const numbers = new Numbers('en');
  const labels = (duration: number, most = 6): string[] =>
    ticks(duration, most, numbers).map(({ label }) => plain(label));

  it('has marks at whole steps of a unit that suits the trace', () => {
    assert.deepEqual(labels(48_620), ['0 s', '10 s', '20 s', '30 s', '40 s']);
    assert.deepEqual(labels(7), ['0 ms', '2 ms', '4 ms', '6 ms']);
    assert.deepEqual(labels(1000), ['0 ms', '200 ms', '400 ms', '600 ms', '800 ms', '1,000 ms']);
    assert.deepEqual(labels(25 * 60_000), ['0 min', '5 min', '10 min', '15 min', '20 min', '25 min']);
    assert.deepEqual(labels(10 * 3_600_000, 4), ['0 h', '3 h', '6 h', '9 h']);
    assert.deepEqual(labels(0), ['0 s']);
  });

  it('has no more marks than asked for, of any trace', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), fc.integer({ min: 2, max: 8 }), (duration, most) => {
        const marks = ticks(duration, most, numbers);
        assert.ok(marks.length <= most + 1);
        assert.ok(marks.every(({ at }) => at >= 0 && at <= 1));
      }),
    );
  });

  it('places bars in percent of the whole, with the time before the first token', () => {
    const step = { ...new StepTree(columns([null])).step(0), start: 2000, end: 6000, firstToken: 3000 };
    assert.deepEqual(barPlace(step, 8000), { left: 25, width: 50, waiting: 25, open: false });
    assert.deepEqual(barPlace({ ...step, end: null }, 8000), { left: 25, width: 75, waiting: null, open: true });
    assert.equal(barPlace({ ...step, firstToken: 9000 }, 8000).waiting, 100);
    assert.equal(barPlace({ ...step, end: 1000 }, 8000).width, 0);
  });

  it('draws the whole trace in small, groups left out', () => {
    const { lanes } = overviewOf(new StepTree(columns([null, 0, 0, null], [2])));
    assert.equal(lanes.tool, 'M100 0H201M300 0H400');
    assert.equal(lanes.error, 'M200 0H301');
    assert.equal(lanes.model, '');
  });
});
