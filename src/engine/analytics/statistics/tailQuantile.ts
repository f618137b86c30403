interface Tail {
  /** P(X > x), falling and convex from `from` on. */
  readonly tail: (x: number) => number;
  readonly density: (x: number) => number;
}

/**
 * The x with P(X > x) = `probability`. Newton's steps from `from`, left of x: on a convex tail they
 * only go right and never past x, so the first step that gains nothing is the end.
 */
export function tailQuantile({ tail, density }: Tail, probability: number, from: number): number {
  for (let x = from; ;) {
    const next = x + (tail(x) - probability) / density(x);
    if (!(next > x)) {
      return x;
    }
    x = next;
  }
}
