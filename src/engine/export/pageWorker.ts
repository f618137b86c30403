import { parentPort, workerData } from 'node:worker_threads';
import { parseCursorPage } from '../langfuse/cursorList.ts';
import type { Body } from '../langfuse/exchange.ts';
import { MalformedPage } from '../langfuse/json.ts';
import { normaliseObservations } from '../langfuse/normaliseObservation.ts';
import type { PageAnswer, PageQuestion } from './pageThread.ts';
import { memoryOfPage, PagePreparation, type PrepareOptions } from './preparedPage.ts';

/** The far end of PageThread: bodies of pages come in, prepared pages go out. Holds no state between two pages. */
if (parentPort === null) {
  throw new Error('This script runs only as a worker thread.');
}
const port = parentPort;
const options = workerData as PrepareOptions;
const preparation = new PagePreparation(options);

function answer(message: PageAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

let scratch = Buffer.alloc(0);

/** Puts a body together in memory that is used for every page. */
function whole(body: Body): Buffer {
  const bytes = body.reduce((sum, piece) => sum + piece.length, 0);
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

function open({ body, memory }: PageQuestion): void {
  const raw = parseCursorPage(whole(body));
  if (raw === undefined) {
    answer({ kind: 'cutOff' });
    return;
  }
  // The next page can be asked for before this one is worked on.
  answer({ kind: 'opened', cursor: raw.cursor });
  const page = preparation.prepare(normaliseObservations(raw, options.projectId), memory);
  answer({ kind: 'prepared', page }, memoryOfPage(page));
}

port.on('message', (question: PageQuestion) => {
  try {
    open(question);
  } catch (error) {
    if (!(error instanceof MalformedPage)) {
      throw error;
    }
    answer({ kind: 'malformed', problem: error.message });
  }
});
