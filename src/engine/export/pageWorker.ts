import { parentPort, workerData } from 'node:worker_threads';
import { parseCursorPage } from '../langfuse/cursorList.ts';
import { bytesOf, exchange, firstUnsuccessful, type Body, type RawReply } from '../langfuse/exchange.ts';
import { MalformedPage } from '../langfuse/json.ts';
import { describeFailure } from '../langfuse/networkFailure.ts';
import { normaliseObservations } from '../langfuse/normaliseObservation.ts';
import { runtimeFetch } from '../ports.ts';
import type { PageAnswer, PageQuestion } from './pageThread.ts';
import { memoryOfPage, PagePreparation, type PrepareOptions } from './preparedPage.ts';

/** The far end of PageThread: pages are asked for or come in, prepared pages go out. Holds no state between two pages. */
if (parentPort === null) {
  throw new Error('This script runs only as a worker thread.');
}
const port = parentPort;
const options = workerData as PrepareOptions;
const preparation = new PagePreparation(options);
const underWay = new Map<number, AbortController>();

function answer(message: PageAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

let scratch = Buffer.alloc(0);

/** Puts a body together in memory that is used for every page. */
function whole(body: Body): Buffer {
  const bytes = bytesOf(body);
  if (bytes > scratch.length) {
    scratch = Buffer.allocUnsafeSlow(bytes * 2);
  }
  let end = 0;
  for (const piece of body) {
    scratch.set(piece, end);
    end += piece.length;
  }
  return scratch.subarray(0, end);
}

function open(id: number, body: Body, memory: readonly ArrayBuffer[]): void {
  const raw = parseCursorPage(whole(body));
  if (raw === undefined) {
    answer({ id, kind: 'cutOff' });
    return;
  }
  // The next page can be asked for before this one is worked on.
  answer({ id, kind: 'opened', cursor: raw.cursor });
  const page = preparation.prepare(normaliseObservations(raw, options.projectId), memory);
  answer({ id, kind: 'prepared', page }, memoryOfPage(page));
}

function read(id: number, body: Body, memory: readonly ArrayBuffer[]): void {
  try {
    open(id, body, memory);
  } catch (error) {
    if (!(error instanceof MalformedPage)) {
      throw error;
    }
    answer({ id, kind: 'malformed', problem: error.message });
  }
}

async function get({ id, url, headers, timeouts, memory }: PageQuestion & { kind: 'get' }): Promise<void> {
  const controller = new AbortController();
  underWay.set(id, controller);
  let reply: RawReply;
  try {
    reply = await exchange(runtimeFetch, url, headers, timeouts, controller.signal);
  } catch (error) {
    answer({ id, kind: 'failed', failure: describeFailure(error) });
    return;
  } finally {
    underWay.delete(id);
  }
  const { status, body, bytes } = reply;
  const isPage = status < firstUnsuccessful;
  answer({ id, kind: 'replied', status, headers: [...reply.headers], bytes, body: isPage ? null : body });
  if (isPage) {
    read(id, body, memory);
  }
}

port.on('message', (question: PageQuestion) => {
  switch (question.kind) {
    case 'get':
      void get(question);
      return;
    case 'abort':
      underWay.get(question.id)?.abort();
      return;
    case 'read':
      read(question.id, question.body, question.memory);
  }
});
