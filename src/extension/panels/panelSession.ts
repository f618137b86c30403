import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  Disposable,
  ErrorCodes,
  Message,
  ResponseError,
  type CancellationToken,
  type DataCallback,
  type MessageConnection,
  type NotificationType,
  type RequestType,
} from 'vscode-jsonrpc/node';
import { EngineError, isCancellation } from '../../engine/errors.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import {
  askRequest,
  coloursRequest,
  commandRequest,
  copyRequest,
  openRequest,
  pickRangeRequest,
  pickRequest,
  runSqlRequest,
  saveRequest,
  titleNotification,
} from '../../protocol/panelMessages.ts';
import type { PanelEnvelope } from '../../protocol/panels.ts';
import { requestCancelled } from '../engine/workerRpc.ts';
import type { Foresight } from './foresight.ts';
import {
  readAsk,
  readColours,
  readCommand,
  readCopy,
  readOpen,
  readPick,
  readRunSql,
  readSave,
  readTimeRange,
  readTitle,
} from './panelGuards.ts';
import type { PanelServices } from './panelServices.ts';

export interface PanelSessionOptions {
  readonly session: string;
  readonly services: PanelServices;
  /** Answers questions, by the services too. */
  readonly foresight: Foresight;
  readonly post: (envelope: PanelEnvelope) => unknown;
  readonly setTitle: (title: string) => void;
  /** Hears of failures that no user should see. */
  readonly record: (error: unknown) => void;
}

/** The extension's end of the conversation with one document of a panel. */
export class PanelSession {
  readonly id: string;
  readonly #connection: MessageConnection;
  readonly #reader = new PushReader();
  readonly #record: (error: unknown) => void;
  readonly #underWay = new Set<AbortController>();

  constructor({ session, services, foresight, post, setTitle, record }: PanelSessionOptions) {
    this.id = session;
    this.#record = record;
    this.#connection = createMessageConnection(
      this.#reader,
      new CallbackWriter((message) => post({ session, message })),
    );
    this.#connection.onError(([error]) => record(error));
    this.#answer(askRequest, readAsk, ({ question, params }, signal) => foresight.ask(question, params, signal));
    this.#answer(runSqlRequest, readRunSql, (params, signal) => services.runSql(params, signal));
    this.#answer(commandRequest, readCommand, async (command) => {
      await services.runCommand(command);
      return null;
    });
    this.#answer(openRequest, readOpen, async (params) => {
      await services.open(params);
      return null;
    });
    this.#answer(pickRequest, readPick, (params) => services.pick(params));
    this.#answer(pickRangeRequest, readTimeRange, (range) => services.pickRange(range));
    this.#answer(copyRequest, readCopy, async (text) => {
      await services.copy(text);
      return null;
    });
    this.#answer(saveRequest, readSave, (params) => services.save(params));
    this.#answer(coloursRequest, readColours, (params) => services.colours(params));
    this.#connection.onNotification(titleNotification.method, (params: unknown) => {
      const title = readTitle(params);
      if (title !== null) {
        setTitle(title);
      }
    });
    this.#connection.listen();
  }

  /** Takes in one message of the document; what is none is dropped. */
  receive(message: unknown): void {
    const wellFormed = typeof message === 'object' && message !== null;
    if (wellFormed && (Message.isRequest(message as Message) || Message.isNotification(message as Message))) {
      this.#reader.push(message as Message);
    }
  }

  notify<P>(type: NotificationType<P>, params: P): void {
    this.#connection.sendNotification(type.method, params).catch(this.#record);
  }

  /** Ends the conversation: the document is gone. What it asked is cancelled. */
  dispose(): void {
    for (const controller of this.#underWay) {
      controller.abort();
    }
    this.#connection.dispose();
  }

  #answer<P, V, R>(
    type: RequestType<P, R, ErrorData>,
    read: (params: unknown) => V | null,
    work: (params: V, signal: AbortSignal) => Promise<R>,
  ): void {
    this.#connection.onRequest(type.method, async (params: unknown, token: CancellationToken) => {
      const valid = read(params);
      if (valid === null) {
        throw new ResponseError(ErrorCodes.InvalidParams, `${type.method}: invalid parameters`);
      }
      const controller = new AbortController();
      const subscription = token.onCancellationRequested(() => controller.abort());
      this.#underWay.add(controller);
      try {
        return await work(valid, controller.signal);
      } catch (error) {
        throw this.#toResponseError(error);
      } finally {
        subscription.dispose();
        this.#underWay.delete(controller);
      }
    });
  }

  #toResponseError(error: unknown): ResponseError<ErrorData> {
    if (error instanceof EngineError) {
      return new ResponseError(ErrorCodes.UnknownErrorCode, error.message, error.toData());
    }
    if (isCancellation(error)) {
      return new ResponseError(requestCancelled, 'Cancelled');
    }
    this.#record(error);
    return new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
  }
}

class PushReader extends AbstractMessageReader {
  #callback: DataCallback | null = null;

  listen(callback: DataCallback): Disposable {
    this.#callback = callback;
    return Disposable.create(() => (this.#callback = null));
  }

  push(message: Message): void {
    this.#callback?.(message);
  }
}

class CallbackWriter extends AbstractMessageWriter {
  readonly #post: (message: Message) => unknown;

  constructor(post: (message: Message) => unknown) {
    super();
    this.#post = post;
  }

  async write(message: Message): Promise<void> {
    await this.#post(message);
  }

  end(): void {
    // A document is told nothing when the conversation ends: it is gone.
  }
}
