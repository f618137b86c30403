/** A small seeded generator (sfc32): the same key gives the same values on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  int(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** Picks by weight; weights need not sum to 1. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T;
  /** Log-normal around a median; spread is the sigma of the logarithm. */
  around(median: number, spread: number): number;
  /** Lower-case hex digits, a multiple of 8. */
  hex(digits: number): string;
  uuid(): string;
}

/** Keys are mixed, so that neighbouring ones give unrelated streams. */
export function createRandom(seed: number, key: number): Random {
  let a = mix(seed);
  let b = mix(key ^ 0x9e3779b9);
  let c = mix(a ^ b);
  let counter = 1;

  const word = (): number => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 4; round++) word();

  const next = (): number => word() / 0x1_0000_0000;
  const int = (bound: number): number => Math.floor(next() * bound);
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += (word() + 0x1_0000_0000).toString(16).slice(1);
    return text;
  };

  return {
    next,
    int,
    hex,
    chance: (probability) => next() < probability,
    pick: <T>(values: readonly T[]): T => values[int(values.length)] as T,
    weighted: (choices) => {
      const total = choices.reduce((sum, [weight]) => sum + weight, 0);
      let left = next() * total;
      for (const [weight, value] of choices) {
        left -= weight;
        if (left < 0) return value;
      }
      return choices[choices.length - 1]![1];
    },
    around: (median, spread) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return median * Math.exp(spread * normal);
    },
    uuid: () => {
      const digits = hex(32);
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
    },
  };
}

function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
