import { indexOf } from './amounts.ts';
import type { Obstacle } from './admission.ts';
import { now, type OpenPool } from './pool.ts';
import { levelOf, levels } from './poolState.ts';
import { amountsOf, rows, type AmountColumns, type Steps } from './steps.ts';

interface Bucket extends AmountColumns {
  readonly starts_at: number;
  readonly last_at: number;
}

/** The obstacle that stays longest. */
export interface Outlook {
  readonly obstacle: Obstacle;
  /** In pool time, if nothing is given back before. Exact for the next in line, an estimate beyond a window's length. */
  readonly until: number;
}

/** When the last of the obstacles will be gone. */
export function* outlook(pool: OpenPool, found: readonly [Obstacle, ...Obstacle[]]): Steps<Outlook> {
  let last: Outlook = { obstacle: found[0], until: -Infinity };
  for (const obstacle of found) {
    const until = obstacle.kind === 'window' ? yield* whenLeft(pool, obstacle) : obstacle.until;
    if (until > last.until) {
      last = { obstacle, until };
    }
  }
  return last;
}

/** When enough of what a window holds will have left it. */
function* whenLeft(pool: OpenPool, { limit, excess }: Extract<Obstacle, { kind: 'window' }>): Steps<number> {
  const { window, dimension } = limit;
  if (window === 'day' && pool.state.day !== null && pool.key.rule?.timeZone != null) {
    return pool.state.day.until;
  }
  const widest = levelOf[window];
  const { spanMs } = levels[widest];
  const index = indexOf(dimension);
  let left = 0;
  let newest = now(pool);
  for (let level: number = widest; level >= 0; level -= 1) {
    let after = -1;
    for (;;) {
      const page = yield* rows<Bucket>('usage.page', pool.id, level, after);
      for (const bucket of page) {
        left += amountsOf(bucket)[index];
        newest = bucket.last_at;
        if (left >= excess) {
          return bucket.last_at + spanMs;
        }
      }
      const last = page.at(-1);
      if (last === undefined) {
        break;
      }
      after = last.starts_at;
    }
  }
  // Those ahead in line will fill the window first, perhaps several times.
  return newest + spanMs * Math.max(Math.ceil((excess - left) / limit.limit), 1);
}
