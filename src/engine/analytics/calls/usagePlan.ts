import type { UsageRollupsTable } from '../../store/schema.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Milliseconds since the epoch; `from` inclusive, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a piece does to the span of this number: adds to it, or (-1) takes away what another piece added too much. */
export interface Use {
  readonly span: number;
  readonly sign: 1 | -1;
}

/** Rollups to be read together. */
export interface Piece extends Span {
  readonly level: UsageRollupsTable['level'];
  readonly uses: readonly Use[];
}

export interface UsagePlan {
  readonly pieces: readonly Piece[];
  /** What only the calls themselves can say. */
  readonly raw: readonly Span[];
}

export interface PlanOptions {
  /** Hours, by their beginning, that the rollups do not hold as they are now. */
  readonly stale: ReadonlySet<number>;
  /** False where the few dimensions of the model levels are all that is asked about: they have far fewer rows. */
  readonly everyDimension: boolean;
  /** A day of another zone as a UTC day, less the hours that are its neighbour's: fewer rows than its 24 hours. */
  readonly subtract: boolean;
}

/**
 * Which rollups, and which calls, the figures of some spans are read from: whole UTC days by the day,
 * whole hours by the hour, and what is left of an hour, or has changed since, from the calls.
 */
export function planUsage(spans: readonly Span[], options: PlanOptions): UsagePlan {
  const plan = new Plan(options);
  for (const [span, { from, to }] of spans.entries()) {
    const firstHour = Math.ceil(from / hour) * hour;
    const lastHour = Math.floor(to / hour) * hour;
    if (firstHour >= lastHour) {
      plan.addRaw({ from, to });
      continue;
    }
    plan.addRaw({ from, to: firstHour });
    for (let start = Math.floor(firstHour / day) * day; start < lastHour; start += day) {
      plan.addHours(start, { from: Math.max(start, firstHour), to: Math.min(start + day, lastHour) }, span);
    }
    plan.addRaw({ from: lastHour, to });
  }
  return { pieces: plan.pieces(), raw: plan.raw };
}

interface OpenPiece {
  readonly level: Piece['level'];
  readonly from: number;
  to: number;
  readonly uses: Use[];
}

class Plan {
  readonly raw: { from: number; to: number }[] = [];
  readonly #options: PlanOptions;
  readonly #hours: Piece['level'];
  readonly #days: Piece['level'];
  readonly #pieces = new Map<string, OpenPiece>();
  #last: OpenPiece | null = null;

  constructor(options: PlanOptions) {
    this.#options = options;
    [this.#hours, this.#days] = options.everyDimension ? ['hour', 'day'] : ['modelHour', 'modelDay'];
  }

  pieces(): readonly Piece[] {
    return [...this.#pieces.values()];
  }

  /** Neighbours become one. */
  addRaw({ from, to }: Span): void {
    const last = this.raw.at(-1);
    if (last?.to === from) {
      last.to = to;
    } else if (from < to) {
      this.raw.push({ from, to });
    }
  }

  /** @param part whole hours of the UTC day that begins at `start` */
  addHours(start: number, part: Span, span: number): void {
    const { stale, subtract } = this.#options;
    const end = start + day;
    if (stale.size > 0 && hoursOf(start, end).some((from) => stale.has(from))) {
      for (const from of hoursOf(part.from, part.to)) {
        if (stale.has(from)) {
          this.addRaw({ from, to: from + hour });
        } else {
          this.#add(this.#hours, from, from + hour, { span, sign: 1 });
        }
      }
      return;
    }
    const isWhole = part.from === start && part.to === end;
    if (!isWhole && !(subtract && part.to - part.from > day / 2)) {
      this.#add(this.#hours, part.from, part.to, { span, sign: 1 });
      return;
    }
    this.#add(this.#days, start, end, { span, sign: 1 });
    this.#add(this.#hours, start, part.from, { span, sign: -1 });
    this.#add(this.#hours, part.to, end, { span, sign: -1 });
  }

  /** What is read for another span already is not read again, and neighbours of one span are read together. */
  #add(level: Piece['level'], from: number, to: number, use: Use): void {
    if (from >= to) {
      return;
    }
    const key = `${level} ${from} ${to}`;
    const known = this.#pieces.get(key);
    if (known !== undefined) {
      known.uses.push(use);
      return;
    }
    const last = this.#last;
    const [only] = last?.uses ?? [];
    if (
      last?.to === from &&
      last.level === level &&
      last.uses.length === 1 &&
      only?.span === use.span &&
      only.sign === use.sign
    ) {
      last.to = to;
      return;
    }
    this.#last = { level, from, to, uses: [use] };
    this.#pieces.set(key, this.#last);
  }
}

function hoursOf(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / hour }, (_, index) => from + index * hour);
}
