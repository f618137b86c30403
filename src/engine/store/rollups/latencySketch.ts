import type { Percentiles } from '../../../protocol/figures.ts';

/**
 * A DDSketch with the logarithmic mapping (Masson, Rim and Lee 2019, "DDSketch: A Fast and
 * Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", PVLDB 12:2195): bucket i counts the
 * values of (γ^(i-1), γ^i], and each is taken for 2 γ^i / (γ + 1), at most `accuracy` off. Half a
 * percent leaves the other half to rounding and to other definitions of a percentile.
 *
 * Written as text, `612 640:3 655`: bucket and, above one, its count. Texts that are put behind one
 * another with a blank are the text of all their values, so that a database merges the sketches of a
 * group by joining them, and hands over one text instead of a thousand. That, and that values can be
 * taken away again, is what no sketch library does.
 */
const accuracy = 0.005;
const gamma = (1 + accuracy) / (1 - accuracy);
const logGamma = Math.log(gamma);
/** Langfuse's times have milliseconds: what is nearer to 0 than to one counts as 0, in a bucket below the first. */
const zeroBucket = -1;
/** Beyond 100 days the values of a latency are one. */
const lastBucket = Math.ceil(Math.log(100 * 86_400_000) / logGamma);

const blank = 0x20;
const colon = 0x3a;
const minus = 0x2d;

/** Counts durations (seconds) by size, in steps of 1 %. */
export class LatencySketch {
  /** By bucket, from the zero bucket on. */
  #counts = new Int32Array(0);
  #n = 0;

  /** How many values it holds. */
  get n(): number {
    return this.#n;
  }

  /** @param seconds of one value */
  add(seconds: number): void {
    this.#count(bucketOf(seconds), 1);
  }

  /**
   * Adds the values of a sketch's text.
   * @param sign -1 takes them away again, from a sketch that holds them
   */
  addText(text: string, sign: 1 | -1 = 1): void {
    let bucket = 0;
    let count = 0;
    let negative = false;
    let inCount = false;
    for (let index = 0; index <= text.length; index++) {
      const code = index < text.length ? text.charCodeAt(index) : blank;
      if (code === blank) {
        this.#count(negative ? -bucket : bucket, sign * (inCount ? count : 1));
        bucket = 0;
        count = 0;
        negative = false;
        inCount = false;
      } else if (code === colon) {
        inCount = true;
      } else if (code === minus) {
        negative = true;
      } else if (inCount) {
        count = count * 10 + code - 0x30;
      } else {
        bucket = bucket * 10 + code - 0x30;
      }
    }
  }

  merge(other: LatencySketch): void {
    other.#counts.forEach((count, index) => {
      if (count !== 0) {
        this.#count(index + zeroBucket, count);
      }
    });
  }

  /** Null when it holds nothing. The same values give the same text, in whichever order they came. */
  toText(): string | null {
    const parts: string[] = [];
    this.#counts.forEach((count, index) => {
      if (count !== 0) {
        parts.push(count === 1 ? String(index + zeroBucket) : `${index + zeroBucket}:${count}`);
      }
    });
    return parts.length === 0 ? null : parts.join(' ');
  }

  /**
   * The percentiles, interpolated between the two nearest values (type 7 of Hyndman and Fan 1996, as
   * PostgreSQL's percentile_cont); null when it holds nothing.
   * @param sumSeconds of all values, which the mean is exact by
   */
  percentiles(sumSeconds: number): Percentiles | null {
    if (this.#n === 0) {
      return null;
    }
    return {
      p50: this.#quantile(0.5),
      p90: this.#quantile(0.9),
      p95: this.#quantile(0.95),
      p99: this.#quantile(0.99),
      mean: sumSeconds / this.#n,
      n: this.#n,
    };
  }

  #quantile(probability: number): number {
    const position = (this.#n - 1) * probability;
    const rank = Math.floor(position);
    const share = position - rank;
    const low = this.#valueAt(rank);
    return share === 0 ? low : (1 - share) * low + share * this.#valueAt(rank + 1);
  }

  /** The value of a rank, counted from 0; seconds. */
  #valueAt(rank: number): number {
    let below = 0;
    for (let index = 0; index < this.#counts.length; index++) {
      below += this.#counts[index] ?? 0;
      if (below > rank) {
        return valueOf(index + zeroBucket);
      }
    }
    return valueOf(lastBucket);
  }

  #count(bucket: number, count: number): void {
    const index = bucket - zeroBucket;
    if (index >= this.#counts.length) {
      const larger = new Int32Array(Math.max(index + 1, 2 * this.#counts.length));
      larger.set(this.#counts);
      this.#counts = larger;
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#n += count;
  }
}

function bucketOf(seconds: number): number {
  const milliseconds = seconds * 1000;
  if (!(milliseconds >= 0.5)) {
    return zeroBucket;
  }
  return Math.min(Math.max(Math.ceil(Math.log(milliseconds) / logGamma), 0), lastBucket);
}

/** Seconds that stand for a bucket's values. */
function valueOf(bucket: number): number {
  return bucket === zeroBucket ? 0 : (2 * gamma ** bucket) / (gamma + 1) / 1000;
}
