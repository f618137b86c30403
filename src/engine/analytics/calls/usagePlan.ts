import type { UsageRollupsTable } from '../../store/schema.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Milliseconds since the epoch; `from` inclusive, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Rollups to add to a bucket, or (-1) to take away from it again. */
export interface Piece extends Span {
  readonly level: UsageRollupsTable['level'];
  readonly sign: 1 | -1;
  /** The number of the span that it belongs to. */
  readonly bucket: number;
}

export interface UsagePlan {
  readonly pieces: readonly Piece[];
  /** What only the calls themselves can say. */
  readonly raw: readonly Span[];
}

export interface PlanOptions {
  /** Hours, by their beginning, that the rollups do not hold as they are now. */
  readonly stale: ReadonlySet<number>;
  /** False where provider and model are all that is asked about: there are far fewer such rows. */
  readonly everyDimension: boolean;
  /** A day of another zone as a UTC day, less the hours that are its neighbour's: fewer rows than its 24 hours. */
  readonly subtract: boolean;
}

/**
 * Which rollups, and which calls, the figures of some spans are read from: whole UTC days by the day,
 * whole hours by the hour, and what is left of an hour, or has changed since, from the calls.
 */
export function planUsage(spans: readonly Span[], options: PlanOptions): UsagePlan {
  const pieces: Piece[] = [];
  const raw: Span[] = [];
  for (const [bucket, { from, to }] of spans.entries()) {
    const firstHour = Math.ceil(from / hour) * hour;
    const lastHour = Math.floor(to / hour) * hour;
    if (firstHour >= lastHour) {
      raw.push({ from, to });
      continue;
    }
    raw.push({ from, to: firstHour });
    for (let start = Math.floor(firstHour / day) * day; start < lastHour; start += day) {
      const part = { from: Math.max(start, firstHour), to: Math.min(start + day, lastHour) };
      planDay(start, part, bucket, options, pieces, raw);
    }
    raw.push({ from: lastHour, to });
  }
  return { pieces, raw: joined(raw) };
}

/** Whole hours of one UTC day. */
function planDay(
  start: number,
  part: Span,
  bucket: number,
  { stale, everyDimension, subtract }: PlanOptions,
  pieces: Piece[],
  raw: Span[],
): void {
  const [hours, days] = everyDimension ? (['hour', 'day'] as const) : (['modelHour', 'modelDay'] as const);
  const add = (level: Piece['level'], span: Span, sign: 1 | -1): void => {
    const last = pieces.at(-1);
    if (last?.bucket === bucket && last.level === level && last.sign === sign && last.to === span.from) {
      pieces[pieces.length - 1] = { ...last, to: span.to };
    } else if (span.from < span.to) {
      pieces.push({ ...span, level, sign, bucket });
    }
  };
  const end = start + day;
  if (hoursOf({ from: start, to: end }).some((from) => stale.has(from))) {
    for (const from of hoursOf(part)) {
      const span = { from, to: from + hour };
      if (stale.has(from)) {
        raw.push(span);
      } else {
        add(hours, span, 1);
      }
    }
    return;
  }
  const whole = part.from === start && part.to === end;
  if (whole || (subtract && part.to - part.from > day / 2)) {
    add(days, { from: start, to: end }, 1);
    add(hours, { from: start, to: part.from }, -1);
    add(hours, { from: part.to, to: end }, -1);
    return;
  }
  add(hours, part, 1);
}

function hoursOf({ from, to }: Span): number[] {
  return Array.from({ length: (to - from) / hour }, (_, index) => from + index * hour);
}

/** Neighbours as one; empty ones left out. */
function joined(spans: readonly Span[]): Span[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of spans) {
    const last = result.at(-1);
    if (last?.to === from) {
      last.to = to;
    } else if (from < to) {
      result.push({ from, to });
    }
  }
  return result;
}
