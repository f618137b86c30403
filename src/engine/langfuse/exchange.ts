import type { Fetch } from '../ports.ts';

export interface Timeouts {
  /** A whole attempt, from sending to the body's last byte. ClickHouse itself gives up after 30 s. */
  readonly attemptMs: number;
  /** Without any byte of the body. */
  readonly stallMs: number;
}

export const defaultTimeouts: Timeouts = { attemptMs: 90_000, stallMs: 20_000 };

export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** Of HTTP: what begins here is a redirect or a refusal. */
export const firstUnsuccessful = 300;

/** Bytes in the pieces that they came in. Put together only where they are read: pages are megabytes. */
export type Body = readonly Uint8Array<ArrayBuffer>[];

export const textOf = (body: Body): string => Buffer.concat(body).toString('utf8');

export const bytesOf = (body: Body): number => body.reduce((sum, piece) => sum + piece.length, 0);

export interface RawReply {
  readonly status: number;
  readonly headers: Headers;
  /** Empty where another thread keeps and reads it. */
  readonly body: Body;
  /** Bytes of the body, wherever it is. */
  readonly bytes: number;
  /** What that other thread makes of the body of a success. */
  readonly decoded?: Promise<unknown>;
}

/**
 * One request and its whole answer.
 * @throws the signal's reason, TimedOut, or what fetch throws when the connection fails
 */
export type Exchange = (
  url: string,
  headers: Readonly<Record<string, string>>,
  timeouts: Timeouts,
  signal: AbortSignal | undefined,
) => Promise<RawReply>;

/**
 * One request and its whole answer. Time-outs run on real time: they guard against the network, not
 * the schedule that the injected clock stands for.
 * @throws the signal's reason, TimedOut, or what fetch throws when the connection fails.
 */
export async function exchange(
  fetch: Fetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  timeouts: Timeouts,
  signal: AbortSignal | undefined,
): Promise<RawReply> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const cancel = (): void => controller.abort(signal?.reason);
  const expire = (): void => controller.abort(new TimedOut());
  signal?.addEventListener('abort', cancel, { once: true });
  const total = setTimeout(expire, timeouts.attemptMs);
  let stall: NodeJS.Timeout | undefined;
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: controller.signal });
    stall = setTimeout(expire, timeouts.stallMs);
    const body = await readBody(response, () => stall?.refresh());
    return { status: response.status, headers: response.headers, body, bytes: bytesOf(body) };
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(total);
    clearTimeout(stall);
    signal?.removeEventListener('abort', cancel);
  }
}

async function readBody(response: Response, onBytes: () => void): Promise<Body> {
  if (response.body === null) {
    return [];
  }
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of response.body as ReadableStream<Uint8Array<ArrayBuffer>>) {
    onBytes();
    pieces.push(piece);
  }
  return pieces;
}
