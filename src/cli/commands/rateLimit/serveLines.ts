import { createInterface } from 'node:readline';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { EngineError, isCancellation } from '../../../engine/errors.ts';
import type { Limiter } from '../../../protocol/limiter.ts';
import { parseLine, type LineRequest } from './lineProtocol.ts';

/**
 * Answers requests as they come; those that wait do not hold up others. Ends when the input has
 * ended and everything is answered, or at the signal, which ends all waits.
 */
export async function serveLines(
  limiter: Limiter,
  input: Readable,
  output: Writable,
  signal: AbortSignal,
): Promise<void> {
  const pending = new Set<Promise<void>>();
  const lines = createInterface({ input, crlfDelay: Infinity });
  const stop = (): void => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  const reply = async (line: string): Promise<void> => {
    output.write(`${JSON.stringify(await answer(limiter, line, signal))}\n`);
  };
  lines.on('line', (line) => {
    if (line.trim() !== '') {
      const work = reply(line).finally(() => pending.delete(work));
      pending.add(work);
    }
  });
  await once(lines, 'close');
  await Promise.all(pending);
  signal.removeEventListener('abort', stop);
}

async function answer(limiter: Limiter, line: string, signal: AbortSignal): Promise<object> {
  const { id, request, error } = parseLine(line);
  if (request === null) {
    return { id, error, code: 'config.invalid' };
  }
  try {
    return { id, ...(await perform(limiter, request, signal)) };
  } catch (failure) {
    return { id, ...describe(failure) };
  }
}

function describe(failure: unknown): { error: string; code: string } {
  if (failure instanceof EngineError) {
    return { error: failure.message, code: failure.code };
  }
  if (isCancellation(failure)) {
    return { error: 'interrupted', code: 'interrupted' };
  }
  return { error: failure instanceof Error ? failure.message : String(failure), code: 'engine.crashed' };
}

/** An item's id is called `item`, since `id` names the line. */
async function perform(limiter: Limiter, request: LineRequest, signal: AbortSignal): Promise<object> {
  switch (request.op) {
    case 'acquire':
      return limiter.acquire(request, signal);
    case 'report':
      return limiter.report(request);
    case 'status':
      return limiter.status(request);
    case 'schedule': {
      const { id, ...rest } = await limiter.schedule({ ...request, id: request.item });
      return { item: id, ...rest };
    }
    case 'next':
      return limiter.next(request, signal);
    case 'complete': {
      const { id, ...rest } = await limiter.complete({ ...request, id: request.item });
      return { item: id, ...rest };
    }
    case 'fail': {
      const { id, ...rest } = await limiter.fail({ ...request, id: request.item, error: request.reason });
      return { item: id, ...rest };
    }
  }
}
