const hourWeights = [2, 1, 1, 1, 1, 2, 4, 7, 12, 16, 18, 17, 13, 16, 18, 17, 15, 11, 7, 5, 5, 4, 3, 2];
const hourMs = 3_600_000;

/** Maps a share of the traffic (0 to 1) to an instant of the range: quiet nights and weekends, busy office hours. */
export class Traffic {
  readonly #start: number;
  readonly #end: number;
  readonly #edges: number[] = [];
  readonly #sums: number[] = [0];

  constructor(start: number, end: number) {
    this.#start = start;
    this.#end = end;
    for (let from = start; from < end;) {
      const to = Math.min(end, (Math.floor(from / hourMs) + 1) * hourMs);
      const date = new Date(from);
      const weekend = date.getUTCDay() % 6 === 0 ? 0.35 : 1;
      const weight = hourWeights[date.getUTCHours()]! * weekend * ((to - from) / hourMs);
      this.#edges.push(from);
      this.#sums.push(this.#sums[this.#sums.length - 1]! + weight);
      from = to;
    }
    this.#edges.push(end);
  }

  /** Whole milliseconds, inside the range. */
  at(share: number): number {
    const wanted = Math.min(Math.max(share, 0), 1) * this.#sums[this.#sums.length - 1]!;
    let low = 0;
    let high = this.#sums.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#sums[middle]! <= wanted) low = middle;
      else high = middle - 1;
    }
    const within = (wanted - this.#sums[low]!) / (this.#sums[low + 1]! - this.#sums[low]!);
    const from = this.#edges[low]!;
    const at = Math.floor(from + within * (this.#edges[low + 1]! - from));
    return Math.min(Math.max(at, this.#start), this.#end - 1);
  }
}
