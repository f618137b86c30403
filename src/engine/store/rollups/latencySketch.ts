import type { Percentiles } from '../../../protocol/figures.ts';

/**
 * A DDSketch with the logarithmic mapping (Masson, Rim and Lee 2019, "DDSketch: A Fast and
 * Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", PVLDB 12:2195): bucket i counts the
 * values of (γ^(i-1), γ^i], and each is taken for 2 γ^i / (γ + 1), at most `accuracy` off. Less
 * than 1 % leaves the rest to rounding and to other definitions of a percentile.
 *
 * Written as text, `612 640:3,5,2`: a bucket, and the counts of it and its neighbours where they are
 * not one value alone. Texts that are put behind one another with a blank are the text of all their
 * values, so that a database merges the sketches of a group by joining them, and hands over one text
 * instead of a thousand. That, and that values can be taken away again, is what no sketch library does.
 */
const accuracy = 0.008;
const gamma = (1 + accuracy) / (1 - accuracy);
const logGamma = Math.log(gamma);
/** Langfuse's times have milliseconds: what is nearer to 0 than to one counts as 0, in a bucket below the first. */
const zeroBucket = -1;
/** Beyond 100 days the values of a latency are one. */
const lastBucket = Math.ceil(Math.log(100 * 86_400_000) / logGamma);

const blank = 0x20;
const comma = 0x2c;
const minus = 0x2d;
const digitZero = 0x30;
const digitNine = 0x39;
const colon = 0x3a;

/**
 * Buckets that a sketch has room for at first, on either side of its first value: few enough for V8 to
 * keep them among its objects (64 bytes), which is five times as quick as memory of their own.
 */
const leastRoom = 8;

/** Counts durations (seconds) by size, in steps of 1.6 %. */
export class LatencySketch {
  /** By bucket, from `#first` on: most sketches are of few values, near to each other. */
  #counts = new Int32Array(0);
  #first = 0;
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
    let number = 0;
    let negative = false;
    let inCounts = false;
    for (let index = 0; index <= text.length; index++) {
      const code = index < text.length ? text.charCodeAt(index) : blank;
      if (code >= digitZero && code <= digitNine) {
        number = number * 10 + code - digitZero;
        continue;
      }
      if (code === minus) {
        negative = true;
        continue;
      }
      if (code === colon) {
        bucket = negative ? -number : number;
        inCounts = true;
      } else if (inCounts) {
        this.#count(bucket, sign * number);
        bucket++;
        inCounts = code === comma;
      } else {
        this.#count(negative ? -number : number, sign);
      }
      number = 0;
      negative = false;
    }
  }

  merge(other: LatencySketch): void {
    for (let index = 0; index < other.#counts.length; index++) {
      const count = other.#counts[index] ?? 0;
      if (count !== 0) {
        this.#count(other.#first + index, count);
      }
    }
  }

  /** Null when it holds nothing. The same values give the same text, in whichever order they came. */
  toText(): string | null {
    const runs: string[] = [];
    for (let index = 0; index < this.#counts.length; index++) {
      if (this.#counts[index] !== 0) {
        let end = index + 1;
        while ((this.#counts[end] ?? 0) !== 0) {
          end++;
        }
        const counts = this.#counts.slice(index, end).join(',');
        runs.push(counts === '1' ? String(this.#first + index) : `${this.#first + index}:${counts}`);
        index = end;
      }
    }
    return runs.length === 0 ? null : runs.join(' ');
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
        return valueOf(this.#first + index);
      }
    }
    return valueOf(lastBucket);
  }

  #count(bucket: number, count: number): void {
    if (bucket < this.#first || bucket >= this.#first + this.#counts.length) {
      this.#makeRoom(bucket);
    }
    const index = bucket - this.#first;
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#n += count;
  }

  #makeRoom(bucket: number): void {
    const isEmpty = this.#counts.length === 0;
    const room = Math.max(leastRoom, this.#counts.length);
    const first = isEmpty ? bucket - room : Math.min(this.#first, bucket - room);
    const end = isEmpty ? bucket + room : Math.max(this.#first + this.#counts.length, bucket + room);
    const larger = new Int32Array(end - first);
    larger.set(this.#counts, isEmpty ? 0 : this.#first - first);
    this.#counts = larger;
    this.#first = first;
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
