import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { cleanEnvironment } from '../cleanEnvironment.ts';
import { root, ToolError } from '../shell.ts';

/** The stand-in Langfuse server as a process of its own, with its keys. */
export interface StandIn {
  readonly url: string;
  readonly publicKey: string;
  readonly secretKey: string;
  close(): void;
}

/**
 * Starts a stand-in with data up to this moment.
 * @throws ToolError when it ends before it says where it listens
 */
export async function startStandIn(options: {
  readonly observations: number;
  readonly days: number;
}): Promise<StandIn> {
  const script = path.join(root, 'test', 'langfuse-server', 'main.ts');
  const size = ['--observations', String(options.observations), '--days', String(options.days), '--end', 'now'];
  // A server counts rows that were sent twice two times, and the check compares its counts with ours.
  size.push('--resent', '0');
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...size], {
    cwd: root,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const close = (): void => {
    child.kill();
  };
  process.once('exit', close);
  for await (const line of createInterface(child.stdout)) {
    const { url, publicKey, secretKey } = JSON.parse(line) as Omit<StandIn, 'close'>;
    return { url, publicKey, secretKey, close };
  }
  throw new ToolError('The stand-in Langfuse server ended before it listened; see above.');
}

/** How many observations the server itself counts from `start` (inclusive) to `end` (exclusive). */
export async function countObservations(standIn: StandIn, start: string, end: string): Promise<number> {
  const query = {
    view: 'observations',
    metrics: [{ measure: 'count', aggregation: 'count' }],
    dimensions: [],
    filters: [],
    fromTimestamp: start,
    toTimestamp: end,
  };
  const url = new URL('/api/public/v2/metrics', standIn.url);
  url.searchParams.set('query', JSON.stringify(query));
  const keys = Buffer.from(`${standIn.publicKey}:${standIn.secretKey}`).toString('base64');
  const response = await fetch(url, { headers: { authorization: `Basic ${keys}` } });
  const body = (await response.json()) as { readonly data: readonly { readonly count_count: number | string }[] };
  return Number(body.data[0]?.count_count);
}
