import { dimensions, type Dimension } from '../../protocol/limiter.ts';

/** A number for each dimension, in their order: requests, tokens, input tokens, output tokens. */
export type Amounts = readonly [number, number, number, number];

export const nothing: Amounts = [0, 0, 0, 0];

/** Numbers from 0 to 3: a dimension's place in amounts. */
export type DimensionIndex = 0 | 1 | 2 | 3;

export const indexOf = (dimension: Dimension): DimensionIndex => dimensions.indexOf(dimension) as DimensionIndex;

export const plus = (a: Amounts, b: Amounts): Amounts => [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];
export const minus = (a: Amounts, b: Amounts): Amounts => [a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3]];

/** What of `a` is above nothing. */
export const positive = (a: Amounts): Amounts => [
  Math.max(a[0], 0),
  Math.max(a[1], 0),
  Math.max(a[2], 0),
  Math.max(a[3], 0),
];

export const isNothing = (a: Amounts): boolean => a[0] === 0 && a[1] === 0 && a[2] === 0 && a[3] === 0;
