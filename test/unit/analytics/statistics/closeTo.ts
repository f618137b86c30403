import assert from 'node:assert/strict';

/** Asserts a relative error of at most `tolerance` (of an expected 0: an absolute one of 1e-12). */
export function assertClose(
  actual: number | null | undefined,
  expected: number | null,
  label: string,
  tolerance = 1e-9,
): void {
  if (expected === null || actual === null || actual === undefined) {
    assert.equal(actual ?? null, expected, label);
    return;
  }
  const error = Math.abs(actual - expected);
  const allowed = expected === 0 ? 1e-12 : tolerance * Math.abs(expected);
  assert.ok(error <= allowed, `${label}: ${actual} instead of ${expected}`);
}
