/**
 * The k-th smallest (from 1) of all differences x - y, exact, without making them: bisection over the
 * doubles themselves, each step one count in O(m + n), 64 steps at most. Both samples in ascending
 * order, k between 1 and m·n.
 */
export function pairwiseDifference(x: Float64Array, y: Float64Array, k: number): number {
  let low = orderOf((x[0] ?? NaN) - (y.at(-1) ?? NaN));
  let high = orderOf((x.at(-1) ?? NaN) - (y[0] ?? NaN));
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (countUpTo(x, y, ofOrder(middle)) >= k) {
      high = middle;
    } else {
      low = middle + 1n;
    }
  }
  // The sum turns -0 into 0.
  return ofOrder(low) + 0;
}

/** How many differences x - y are at most `limit`; rounding keeps them in order, so one walk through each sample does. */
function countUpTo(x: Float64Array, y: Float64Array, limit: number): number {
  let count = 0;
  let first = 0;
  for (const value of x) {
    while (value - (y[first] ?? Infinity) > limit) {
      first++;
    }
    count += y.length - first;
  }
  return count;
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
