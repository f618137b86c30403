import type { ClientBase, PoolClient } from 'pg';
import { isConnectionLost } from './postgresErrors.ts';

/** The connection broke while the server was committing: whether it did must be asked. */
export class UnknownCommit<T> extends Error {
  override readonly name = 'UnknownCommit';
  /** The server's number of the transaction. */
  readonly transactionId: string;
  /** What the transaction gave, in case it was committed. */
  readonly result: T;

  constructor(transactionId: string, result: T, cause: unknown) {
    super('The connection broke during a commit', { cause });
    this.transactionId = transactionId;
    this.result = result;
  }
}

/**
 * Runs `work` in one transaction on a connection of the pool and gives that back. Durable when it
 * returns: synchronous_commit is the server's default, and a server that was set otherwise was so on purpose.
 * @throws UnknownCommit, or what `work` or the server threw, after which nothing has changed
 */
export async function transact<T>(
  client: PoolClient,
  begin: string,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  let broken = false;
  try {
    await client.query(begin);
    const result = await work(client);
    await commit(client, result);
    return result;
  } catch (error) {
    broken = error instanceof UnknownCommit || isConnectionLost(error) || !(await rolledBack(client));
    throw error;
  } finally {
    client.release(broken);
  }
}

async function commit(client: ClientBase, result: unknown): Promise<void> {
  const { rows } = await client.query<{ id: string | null }>('SELECT pg_current_xact_id_if_assigned()::text AS id');
  const id = rows[0]?.id ?? null;
  try {
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') {
      throw new Error('The transaction was rolled back after an error inside it');
    }
  } catch (error) {
    throw id !== null && isConnectionLost(error) ? new UnknownCommit(id, result, error) : error;
  }
}

async function rolledBack(client: ClientBase): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

export type CommitState = 'committed' | 'aborted' | 'in progress';

/** How a transaction of a lost connection ended. The server remembers for millions of transactions. */
export async function commitState(client: ClientBase, transactionId: string): Promise<CommitState> {
  const { rows } = await client.query<{ state: CommitState | null }>('SELECT pg_xact_status($1::xid8) AS state', [
    transactionId,
  ]);
  return rows[0]?.state ?? 'aborted';
}
