/**
 * The k-th smallest (from 1) of all differences x - y, exact, without making them all: bisection over
 * the doubles themselves, each step one count in O(m + n), until no more than m + n are in question.
 * Both samples in ascending order, k between 1 and m·n.
 */
export function pairwiseDifference(x: Float64Array, y: Float64Array, k: number): number {
  // Two places below the smallest: one may be -0 below 0, which is equal to it.
  let above = orderOf((x[0] ?? NaN) - (y.at(-1) ?? NaN)) - 2n;
  let upTo = orderOf((x.at(-1) ?? NaN) - (y[0] ?? NaN));
  let [below, within] = [0, x.length * y.length];
  while (upTo - above > 1n && within > x.length + y.length) {
    const middle = (above + upTo) >> 1n;
    const count = countUpTo(x, y, ofOrder(middle)) - below;
    if (below + count >= k) {
      [upTo, within] = [middle, count];
    } else {
      [above, below, within] = [middle, below + count, within - count];
    }
  }
  const found =
    upTo - above === 1n ? ofOrder(upTo) : differencesBetween(x, y, ofOrder(above), ofOrder(upTo)).sort()[k - below - 1];
  // The sum turns -0 into 0.
  return (found ?? NaN) + 0;
}

/** How many differences x - y are at most `limit`; rounding keeps them in order, so one walk through both samples does. */
function countUpTo(x: Float64Array, y: Float64Array, limit: number): number {
  let count = 0;
  let [i, j] = [0, 0];
  while (i < x.length && j < y.length) {
    if ((x[i] ?? 0) - (y[j] ?? 0) > limit) {
      j++;
    } else {
      count += y.length - j;
      i++;
    }
  }
  return count;
}

/** The differences above `above`, up to `limit`, in no order. */
function differencesBetween(x: Float64Array, y: Float64Array, above: number, limit: number): Float64Array {
  const differences: number[] = [];
  let first = 0;
  for (const value of x) {
    while (value - (y[first] ?? Infinity) > limit) {
      first++;
    }
    for (let j = first; value - (y[j] ?? Infinity) > above; j++) {
      differences.push(value - (y[j] ?? Infinity));
    }
  }
  return Float64Array.from(differences);
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** The place of a double among all doubles: neighbours differ by 1. */
function orderOf(value: number): bigint {
  double[0] = value;
  return flip(bits[0] ?? 0n);
}

function ofOrder(order: bigint): number {
  bits[0] = flip(order);
  return double[0] ?? NaN;
}

/** Negative doubles ascend in the other direction than their bits. */
function flip(value: bigint): bigint {
  return value < 0n ? value ^ 0x7fff_ffff_ffff_ffffn : value;
}
