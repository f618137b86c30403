import { nothing, plus, type Amounts } from './amounts.ts';
import { now, type OpenPool } from './pool.ts';
import { amountsOf, rows, type AmountColumns, type Steps } from './steps.ts';

/** One step of priority is worth this much waiting, so nobody is passed for ever. */
const priorityMs = 60_000;
/** A ticket is void when its holder was not seen for this long; holders show themselves every second. */
const voidAfterMs = 5_000;

interface TicketRow extends AmountColumns {
  readonly id: string;
  readonly place: number;
  readonly seen_at: number;
}

/** The line as one call sees it. */
export interface Line {
  /** What those before it will take. */
  readonly ahead: Amounts;
  /** Whether it stands in the line already. */
  readonly joined: boolean;
}

/** The line is served in the order of places: arrival, moved forward by priority. */
export const placeOf = (arrivedAt: number, priority: number): number => arrivedAt - priority * priorityMs;

/**
 * Who is before a call. Void tickets are thrown away.
 * @param ticket the call's own, if it has one
 */
export function* lookAhead(pool: OpenPool, ticket: string | null, place: number): Steps<Line> {
  let line: Line = { ahead: nothing, joined: false };
  if (pool.state.waiting === 0) {
    return line;
  }
  let waiting = 0;
  for (const row of yield* rows<TicketRow>('ticket.list', pool.id)) {
    const own = row.id === ticket;
    if (!own && row.seen_at <= now(pool) - voidAfterMs) {
      yield* rows('ticket.remove', row.id);
      continue;
    }
    waiting += 1;
    if (own) {
      line = { ...line, joined: true };
    } else if (!line.joined && row.place <= place) {
      line = { ...line, ahead: plus(line.ahead, amountsOf(row)) };
    }
  }
  setWaiting(pool, waiting);
  return line;
}

/** Takes a place in the line, or shows that its holder still waits. */
export function* standInLine(
  pool: OpenPool,
  ticket: string,
  place: number,
  hold: Amounts,
  joined: boolean,
): Steps<void> {
  yield* rows('ticket.put', ticket, pool.id, place, now(pool), ...hold);
  setWaiting(pool, pool.state.waiting + (joined ? 0 : 1));
}

/** Gives a place up. @returns whether there was one */
export function* leaveLine(pool: OpenPool, ticket: string): Steps<boolean> {
  const stood = pool.state.waiting > 0 && (yield* rows('ticket.remove', ticket)).length > 0;
  if (stood) {
    setWaiting(pool, pool.state.waiting - 1);
  }
  return stood;
}

function setWaiting(pool: OpenPool, waiting: number): void {
  if (pool.state.waiting !== waiting) {
    pool.state = { ...pool.state, waiting };
    pool.changed = true;
  }
}
