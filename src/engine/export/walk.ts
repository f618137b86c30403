import type { SetAsideRow } from '../../protocol/engine.ts';
import type { PageOptions, SourcePage, TimeWindow } from '../langfuse/records.ts';
import type { Clock, Log } from '../ports.ts';
import { rollUp } from '../store/rollups/rollUp.ts';
import type { MetricsStore, WriteTransaction } from '../store/store.ts';
import { addTo, hourOf, type HourCounts } from './audit.ts';
import { loadCheckpoints, saveCheckpoint, type CheckpointStream, type WindowTally } from './checkpoints.ts';
import { isoTime, uncovered } from './intervals.ts';
import { WindowPlan } from './windowPlan.ts';

/** What every page has, whatever its rows have become. */
type WalkedPage = Pick<SourcePage<never>, 'setAside' | 'received' | 'cursor'>;

export interface WalkOptions<P extends WalkedPage> {
  readonly store: MetricsStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly projectId: string;
  readonly stream: CheckpointStream;
  readonly range: TimeWindow;
  /** Rows of a full page, to plan windows by; null walks the range as one window. */
  readonly pageSize: number | null;
  /** The server's own counts by bucket, where known. */
  readonly counts: ReadonlyMap<number, number> | null;
  readonly pages: (window: TimeWindow, options: PageOptions) => AsyncIterable<P>;
  /** Rows of a page by UTC hour, repeated ones included; null where no server counts them so: a checkpoint then stays small, however long the range. */
  readonly hoursOf: ((page: P) => HourCounts) | null;
  /** Stores a page within its transaction. @returns what to do once that is committed: the transaction may have to be run again */
  readonly storePage: (transaction: WriteTransaction, page: P) => Promise<() => void>;
  readonly onPage: (page: P) => void;
  readonly onWindow: (window: TimeWindow) => void;
  readonly signal: AbortSignal | undefined;
}

/** What a walk gave, the share of an earlier, unfinished run included. */
export interface WalkTally {
  /** Rows received by UTC hour, repeated ones included; by window where `hoursOf` is null. */
  readonly received: HourCounts;
  readonly setAside: SetAsideRow[];
}

/**
 * Walks a range of one stream in fixed windows, oldest first, each to its last page. Every page is
 * stored in one transaction with the checkpoint that says so, and a finished window with the
 * checkpoint that it is finished and with the rollups of its hours: whatever ends the process, the next
 * run goes on from there.
 * @param tally filled as the walk goes, so that what it gave is known when it fails, too
 */
export async function walkRange<P extends WalkedPage>(options: WalkOptions<P>, tally: WalkTally): Promise<void> {
  const { store, log, projectId, stream, range } = options;
  const checkpoints = await store.read((db) => loadCheckpoints(db, projectId, stream, range, options.clock.now()));
  for (const { tally: earlier } of checkpoints.finished) {
    include(tally, earlier);
  }
  const done = checkpoints.finished.map(({ window }) => window);
  if (done.length > 0) {
    log.info(`${stream}: ${done.length} windows were walked by an earlier run`);
  }
  if (checkpoints.open !== null) {
    const { window, cursor, tally: earlier } = checkpoints.open;
    log.info(`${stream}: going on inside ${describe(window)}`);
    await walkWindow(options, window, tally, { cursor, earlier });
    done.push(window);
  }
  for (const gap of uncovered(range, done)) {
    const plan = new WindowPlan(gap, options.pageSize, options.counts);
    for (let window = plan.next(); window !== null; window = plan.next()) {
      plan.learn(window, await walkWindow(options, window, tally, null));
    }
  }
}

const describe = (window: TimeWindow): string => `[${isoTime(window.from)}, ${isoTime(window.to)})`;

function include(tally: WalkTally, part: WindowTally): void {
  for (const [hour, rows] of part.received) {
    addTo(tally.received, hour, rows);
  }
  tally.setAside.push(...part.setAside);
}

/** All rows of a page as those of its window's first hour. */
const rowsOf = ({ received, setAside }: WalkedPage, { from }: TimeWindow): HourCounts =>
  new Map([[hourOf(isoTime(from)), received - setAside.length]]);

/** @returns rows received in the window, by earlier runs too */
async function walkWindow<P extends WalkedPage>(
  options: WalkOptions<P>,
  window: TimeWindow,
  tally: WalkTally,
  from: { readonly cursor: string; readonly earlier: WindowTally } | null,
): Promise<number> {
  const { store, clock, projectId, stream, signal } = options;
  const own = { received: new Map(from?.earlier.received), setAside: [...(from?.earlier.setAside ?? [])] };
  const pageOptions: PageOptions = {
    ...(from === null ? {} : { cursor: from.cursor }),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    for await (const page of options.pages(window, pageOptions)) {
      signal?.throwIfAborted();
      for (const [hour, rows] of options.hoursOf?.(page) ?? rowsOf(page, window)) {
        addTo(own.received, hour, rows);
      }
      own.setAside.push(...page.setAside);
      const onStored = await store.write(async (transaction) => {
        const stored = await options.storePage(transaction, page);
        await saveCheckpoint(transaction.db, {
          projectId,
          stream,
          window,
          cursor: page.cursor,
          tally: own,
          now: clock.now(),
        });
        if (page.cursor === null) {
          await rollUp(transaction, store.dialect, projectId);
        }
        return stored;
      }, signal);
      onStored();
      options.onPage(page);
    }
  } finally {
    include(tally, own);
  }
  const received = [...own.received.values()].reduce((sum, rows) => sum + rows, own.setAside.length);
  options.onWindow(window);
  options.log.debug(`${stream}: walked ${describe(window)}, ${received} rows`);
  return received;
}
