import assert from 'node:assert/strict';
import { Numbers } from '../../../src/format/numbers.ts';

const english = new Numbers('en');
const french = new Numbers('fr');

/** With plain blanks, so that expectations can be read. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

function check<T>(write: (value: T) => string, cases: readonly (readonly [T, string])[]): void {
  assert.deepEqual(
    cases.map(([value]) => plain(write(value))),
    cases.map(([, text]) => text),
  );
}

describe('how quantities are written', () => {
  it('writes money with the digits that say something', () => {
    check(
      (usd) => english.money(usd),
      [
        [0, '$0.00'],
        [104.23, '$104.23'],
        [1204.4, '$1,204'],
        [999.994, '$999.99'],
        [999.996, '$1,000'],
        [1, '$1.00'],
        [0.996, '$1.00'],
        [0.5, '$0.50'],
        [0.0996, '$0.10'],
        [0.0036, '$0.0036'],
        [0.00012, '$0.00012'],
        [0.0001, '$0.00010'],
        [0.00009, '<$0.0001'],
        [-12.5, '−$12.50'],
        [-0.00001, '>−$0.0001'],
      ],
    );
    check(
      (usd) => french.money(usd),
      [
        [104.23, '104,23 $'],
        [1204, '1 204 $'],
        [0.00001, '<0,0001 $'],
      ],
    );
  });

  it('gives a column the precision that its smallest amount needs', () => {
    const write = english.moneyColumn([104.234, null, 0.036, 0]);
    check(write, [
      [104.234, '$104.234'],
      [0.036, '$0.036'],
      [0, '$0.000'],
    ]);
    check(english.moneyColumn([5, 0.0000002]), [
      [5, '$5.00000'],
      [0.0000002, '<$0.0001'],
    ]);
    check(english.moneyColumn([2500, 1200]), [[2500, '$2,500']]);
    check(english.moneyColumn([]), [[0, '$0.00']]);
  });

  it('writes tokens in the largest unit that leaves at least one', () => {
    check(
      (tokens) => english.tokens(tokens),
      [
        [0, '0'],
        [999, '999'],
        [1000, '1.0 k'],
        [412_300, '412.3 k'],
        [999_949, '999.9 k'],
        [999_950, '1.0 M'],
        [13_900_000, '13.9 M'],
        [2_450_000_000, '2.5 G'],
      ],
    );
    check((tokens) => french.tokens(tokens), [[13_900_000, '13,9 M']]);
  });

  it('never rounds a share to none or all that is neither', () => {
    check(
      (share) => english.share(share),
      [
        [0, '0.0 %'],
        [0.0001, '<0.1 %'],
        [0.989, '98.9 %'],
        [0.9999, '>99.9 %'],
        [1, '100.0 %'],
      ],
    );
  });

  it('writes differences of shares in points and others in percent, with an arrow', () => {
    check(
      (difference) => english.points(difference),
      [
        [0.005, '▲ 0.5 pt'],
        [-0.0041, '▼ 0.4 pt'],
        [0.0001, '0.0 pt'],
      ],
    );
    assert.equal(plain(english.change(112.4, 100)), '▲ 12.4 %');
    assert.equal(plain(english.change(96.9, 100)), '▼ 3.1 %');
    assert.equal(plain(french.change(1, 2)), '▼ 50,0 %');
  });

  it('writes what is only estimated in whole seconds, never fewer than are left', () => {
    check(
      (seconds) => english.wholeSeconds(seconds),
      [
        [12.2, '13 s'],
        [59.1, '1 min 00 s'],
        [127.2, '2 min 08 s'],
        [360_000, '100 h 00 min'],
      ],
    );
  });

  it('says how far a time is in one unit', () => {
    const minute = 60_000;
    check(
      (milliseconds) => english.span(milliseconds),
      [
        [0, '1 min'],
        [29 * minute, '29 min'],
        [59.4 * minute, '59 min'],
        [90 * minute, '2 h'],
        [47 * 60 * minute, '47 h'],
        [72 * 60 * minute, '3 d'],
      ],
    );
    assert.equal(plain(french.span(72 * 60 * minute)), '3 j');
  });

  it('writes durations in the unit that fits, rounded before the unit is chosen', () => {
    check(
      (seconds) => english.duration(seconds),
      [
        [0, '0 ms'],
        [0.8404, '840 ms'],
        [0.9996, '1.00 s'],
        [4.82, '4.82 s'],
        [59.996, '1 min 00 s'],
        [128.4, '2 min 08 s'],
        [3599.6, '1 h 00 min'],
        [7500, '2 h 05 min'],
        [-0.41, '−410 ms'],
      ],
    );
    check(
      (seconds) => english.countdown(seconds),
      [
        [20.2, '0:21'],
        [725, '12:05'],
      ],
    );
  });

  it('writes counts, rates of output and other numbers as the language does', () => {
    assert.equal(english.count(94_950), '94,950');
    assert.equal(plain(french.count(94_950)), '94 950');
    check(
      (rate) => english.perSecond(rate),
      [
        [84.4, '84'],
        [9.34, '9.3'],
        [9.96, '10'],
      ],
    );
    assert.equal(french.decimal(0.755), '0,76');
  });

  it('parts no number from its unit', () => {
    assert.equal(english.duration(4.82), '4.82\u202fs');
    assert.equal(french.money(104.23), '104,23\u202f$');
  });
});
