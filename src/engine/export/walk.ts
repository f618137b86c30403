import type { SetAsideRow } from '../../protocol/engine.ts';
import type { PageOptions, SourcePage, TimeWindow } from '../langfuse/records.ts';
import type { MetricsStore, WriteTransaction } from '../store/store.ts';
import type { Clock, Log } from '../ports.ts';
import { loadCheckpoints, saveCheckpoint, type CheckpointStream } from './checkpoints.ts';
import { isoTime, uncovered } from './intervals.ts';
import { WindowPlan } from './windowPlan.ts';

export interface WalkOptions<T> {
  readonly store: MetricsStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly projectId: string;
  readonly stream: CheckpointStream;
  readonly range: TimeWindow;
  readonly pageSize: number;
  /** The server's own counts by bucket, where known. */
  readonly counts: ReadonlyMap<number, number> | null;
  readonly pages: (window: TimeWindow, options: PageOptions) => AsyncIterable<SourcePage<T>>;
  /** Stores a page within its transaction. @returns what to do once that is committed: the transaction may have to be run again */
  readonly storePage: (transaction: WriteTransaction, rows: readonly T[]) => Promise<() => void>;
  readonly onPage: (page: SourcePage<T>) => void;
  readonly onWindow: (window: TimeWindow) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Walks a range of one stream in fixed windows, oldest first, each to its last page. Every page is
 * stored in one transaction with the checkpoint that says so, and a finished window with the
 * checkpoint that it is finished: whatever ends the process, the next run goes on from there.
 * @returns rows that the source could not read
 */
export async function walkRange<T>(options: WalkOptions<T>): Promise<SetAsideRow[]> {
  const { store, projectId, stream, range } = options;
  const checkpoints = await store.read((db) => loadCheckpoints(db, projectId, stream, range, options.clock.now()));
  const setAside: SetAsideRow[] = [];
  if (checkpoints.open !== null) {
    const { window, cursor, received } = checkpoints.open;
    options.log.info(`${stream}: going on inside ${describe(window)} after ${received} rows`);
    await walkWindow(options, window, setAside, { cursor, received });
  }
  const done = [...checkpoints.finished, ...(checkpoints.open === null ? [] : [checkpoints.open.window])];
  if (done.length > 0) {
    options.log.info(`${stream}: ${done.length} windows were walked by an earlier run`);
  }
  for (const gap of uncovered(range, done)) {
    const plan = new WindowPlan(gap, options.pageSize, options.counts);
    for (let window = plan.next(); window !== null; window = plan.next()) {
      plan.learn(window, await walkWindow(options, window, setAside, null));
    }
  }
  return setAside;
}

const describe = (window: TimeWindow): string => `[${isoTime(window.from)}, ${isoTime(window.to)})`;

/** @returns rows received in the window, by earlier runs too */
async function walkWindow<T>(
  options: WalkOptions<T>,
  window: TimeWindow,
  setAside: SetAsideRow[],
  from: { readonly cursor: string; readonly received: number } | null,
): Promise<number> {
  const { store, clock, projectId, stream, signal } = options;
  let received = from?.received ?? 0;
  const pageOptions: PageOptions = {
    ...(from === null ? {} : { cursor: from.cursor }),
    ...(signal === undefined ? {} : { signal }),
  };
  for await (const page of options.pages(window, pageOptions)) {
    signal?.throwIfAborted();
    received += page.received;
    setAside.push(...page.setAside);
    const onStored = await store.write(async (transaction) => {
      const stored = await options.storePage(transaction, page.rows);
      await saveCheckpoint(transaction.db, {
        projectId,
        stream,
        window,
        cursor: page.cursor,
        received,
        now: clock.now(),
      });
      return stored;
    }, signal);
    onStored();
    options.onPage(page);
  }
  options.onWindow(window);
  options.log.debug(`${stream}: walked ${describe(window)}, ${received} rows`);
  return received;
}
