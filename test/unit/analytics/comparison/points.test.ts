import assert from 'node:assert/strict';
import { confidenceInPoints, inPoints } from '../../../../src/engine/analytics/comparison/points.ts';
import { Numbers } from '../../../../src/format/numbers.ts';

const numbers = new Numbers('en');

describe('a difference in points', () => {
  it('is written with its sign and no decimals', () => {
    assert.equal(inPoints(0.0918, numbers), '+9 points');
    assert.equal(inPoints(-0.0951, numbers), '\u221210 points');
    assert.equal(inPoints(0.012, numbers), '+1 point');
    assert.equal(inPoints(-0.0096, numbers), '\u22121 point');
    assert.equal(inPoints(0, numbers), '0 points');
  });

  it('is written with one digit below one point', () => {
    assert.equal(inPoints(0.004, numbers), '+0.4 points');
    assert.equal(inPoints(-0.0094, numbers), '\u22120.9 points');
    assert.equal(inPoints(0.0003, numbers), '+0.03 points');
    assert.equal(inPoints(0.00000001, numbers), '0 points');
  });

  it('never rounds the end of an interval to 0 that is beside it', () => {
    assert.equal(confidenceInPoints({ low: 0.003, high: 0.16 }, numbers), '95\u202f% CI 0.3 to 16');
    assert.equal(confidenceInPoints({ low: -0.02, high: 0.13 }, numbers), '95\u202f% CI \u22122 to 13');
  });

  it('is written in the language of its numbers', () => {
    assert.equal(confidenceInPoints({ low: 0.003, high: 0.16 }, new Numbers('fr')), '95\u202f% CI 0,3 to 16');
  });
});
