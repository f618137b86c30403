import { setTimeout as delay } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultRule } from './faults.ts';
import type { PreparedAnswer } from './pages.ts';

/** Sent with every answer of the real server (its web framework and security defaults). */
export const commonHeaders = {
  'document-policy': 'js-profiling',
  'permissions-policy': 'autoplay=*, fullscreen=*, microphone=*',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'x-robots-tag': 'noindex',
} as const;

/** Smaller bodies are not worth compressing, says the real server's middleware. */
const compressedFrom = 1024;

export interface SendOptions {
  readonly gzip: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: FaultRule | undefined;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

/** Sends the answer as the client can take it; resolves when it is out, or the connection is gone. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: PreparedAnswer,
  { gzip, headers, fault, closing }: SendOptions,
): Promise<void> {
  const base = {
    ...commonHeaders,
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    etag: answer.etag,
    vary: 'Origin, Accept-Encoding',
  };
  if (answer.status === 200 && request.headers['if-none-match'] === answer.etag) {
    response.writeHead(304, base).end();
    return;
  }
  const accepted = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const compress = gzip && accepted && answer.body.length >= compressedFrom && fault === undefined;
  if (compress) {
    // Compressed on the fly by the real server: no length is known beforehand.
    response.writeHead(answer.status, { ...base, 'content-encoding': 'gzip' });
    response.end(answer.compressed);
    return;
  }
  if (fault?.kind === 'truncated') {
    const part = answer.body.subarray(0, Math.floor(answer.body.length * 0.6));
    response.writeHead(answer.status, { ...base, 'content-length': part.length }).end(part);
    return;
  }
  response.writeHead(answer.status, { ...base, 'content-length': answer.body.length });
  if (request.method === 'HEAD') response.end();
  else if (fault?.kind === 'reset') resetHalfway(response, answer.body);
  else if (fault?.kind === 'drip') await drip(response, answer.body, fault.dripMs ?? 2000, closing);
  else response.end(answer.body);
}

function resetHalfway(response: ServerResponse, body: Buffer): void {
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.resetAndDestroy());
}

/** Twenty pieces, so that a client which only watches for silence waits for the end. */
async function drip(response: ServerResponse, body: Buffer, milliseconds: number, closing: AbortSignal): Promise<void> {
  const pieces = 20;
  const size = Math.ceil(body.length / pieces);
  for (let offset = 0; offset < body.length && !response.destroyed; offset += size) {
    response.write(body.subarray(offset, offset + size));
    await delay(milliseconds / pieces, undefined, { signal: closing });
  }
  response.end();
}

export function sendHtml(response: ServerResponse, status: number, html: string): void {
  const body = Buffer.from(html);
  response.writeHead(status, {
    ...commonHeaders,
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
  });
  response.end(body);
}
