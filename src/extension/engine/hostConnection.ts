import * as l10n from '@vscode/l10n';
import { parentPort } from 'node:worker_threads';
import {
  createMessageConnection,
  ErrorCodes,
  PortMessageReader,
  PortMessageWriter,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
  type ProgressType,
  type RequestParam,
  type RequestType,
} from 'vscode-jsonrpc/node';
import { EngineError, isCancellation } from '../../engine/errors.ts';
import type { Log } from '../../engine/ports.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import { closeRequest, logNotification, requestCancelled, type WorkerData } from './workerRpc.ts';

/** A worker's end of the line to the extension host. */
export class HostConnection {
  /** Writes into the log of the extension. */
  readonly log: Log;
  readonly #connection: MessageConnection;
  readonly #underWay = new Set<AbortController>();

  constructor({ translations }: WorkerData) {
    if (parentPort === null) {
      throw new Error('This script runs only as a worker thread.');
    }
    if (translations !== null) {
      l10n.config({ contents: translations });
    }
    this.#connection = createMessageConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort));
    const logLine =
      (level: keyof Log) =>
      (message: string): void =>
        void this.#connection.sendNotification(logNotification, { level, message });
    this.log = {
      trace: logLine('trace'),
      debug: logLine('debug'),
      info: logLine('info'),
      warn: logLine('warn'),
      error: logLine('error'),
    };
  }

  answer<P, R>(type: RequestType<P, R, ErrorData>, work: (params: P, signal: AbortSignal) => Promise<R>): void {
    this.#connection.onRequest(type.method, async (params: P, token: CancellationToken) => {
      const controller = new AbortController();
      const subscription = token.onCancellationRequested(() => controller.abort());
      this.#underWay.add(controller);
      try {
        return await work(params, controller.signal);
      } catch (error) {
        throw this.#toResponseError(error);
      } finally {
        subscription.dispose();
        this.#underWay.delete(controller);
      }
    });
  }

  sendProgress<P>(type: ProgressType<P>, token: string, progress: RequestParam<P>): void {
    void this.#connection.sendProgress<P>(type, token, progress);
  }

  /** Begins to answer. @param close saves and releases what is open, once every call was told to end */
  listen(close: () => Promise<void>): void {
    this.#connection.onRequest(closeRequest, async () => {
      for (const controller of this.#underWay) {
        controller.abort();
      }
      await close();
      return null;
    });
    this.#connection.listen();
  }

  #toResponseError(error: unknown): ResponseError<ErrorData> {
    if (error instanceof EngineError) {
      return new ResponseError(ErrorCodes.UnknownErrorCode, error.message, error.toData());
    }
    if (isCancellation(error)) {
      return new ResponseError(requestCancelled, 'Cancelled');
    }
    this.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
  }
}
