import {
  AbstractMessageReader,
  AbstractMessageWriter,
  CancellationTokenSource,
  createMessageConnection,
  Disposable,
  ResponseError,
  type DataCallback,
  type Message,
  type MessageConnection,
  type NotificationType,
  type RequestType,
} from 'vscode-jsonrpc/browser';
import type { ErrorCode, ErrorData } from '../../src/protocol/errors.ts';
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
} from '../../src/protocol/panelMessages.ts';
import type {
  ColoursParams,
  ModelColourNumbers,
  OpenParams,
  PanelCommand,
  PanelEnvelope,
  PickParams,
  SaveParams,
} from '../../src/protocol/panels.ts';
import type { QuestionAnswer, QuestionName, QuestionParams } from '../../src/protocol/questions.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import type { RunSqlAnswer, RunSqlParams } from '../../src/protocol/sql.ts';

/** What the editor gives to the document of a webview. */
export interface EditorApi {
  postMessage(message: PanelEnvelope): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** What the extension could not do. `message` is for people. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: ErrorCode | null;
  readonly hint: string | null;
  /** Of the mistake in a statement, in characters from its beginning. */
  readonly position: number | null;

  constructor(message: string, data: ErrorData | null) {
    super(message);
    this.code = data?.code ?? null;
    this.hint = data?.hint ?? null;
    this.position = data?.position ?? null;
  }
}

/** True for what an aborted signal makes of a request. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** The extension, as a document sees it. @throws HostError of every request; an AbortError when its signal was aborted */
export class Host {
  readonly #connection: MessageConnection;

  constructor(api: EditorApi, source: Window) {
    // Not randomUUID, which a server without TLS does not offer.
    const session = crypto.getRandomValues(new Uint32Array(4)).join('-');
    this.#connection = createMessageConnection(new EnvelopeReader(source, session), new EnvelopeWriter(api, session));
    this.#connection.listen();
  }

  async ask<Q extends QuestionName>(
    question: Q,
    params: QuestionParams<Q>,
    signal?: AbortSignal,
  ): Promise<QuestionAnswer<Q>> {
    return (await this.#request(askRequest, { question, params }, signal)) as QuestionAnswer<Q>;
  }

  runSql(params: RunSqlParams, signal: AbortSignal): Promise<RunSqlAnswer> {
    return this.#request(runSqlRequest, params, signal);
  }

  async run(command: PanelCommand): Promise<void> {
    await this.#request(commandRequest, { command });
  }

  async open(params: OpenParams): Promise<void> {
    await this.#request(openRequest, params);
  }

  /** Ids of what was chosen in the editor's quick pick; null when it was dismissed. */
  pick(params: PickParams): Promise<readonly string[] | null> {
    return this.#request(pickRequest, params);
  }

  /** Two times typed into the editor's input boxes; null when they were dismissed. */
  pickRange(range: TimeRange): Promise<TimeRange | null> {
    return this.#request(pickRangeRequest, range);
  }

  async copy(text: string): Promise<void> {
    await this.#request(copyRequest, { text });
  }

  /** Asks where to. False when that was dismissed. */
  save(params: SaveParams): Promise<boolean> {
    return this.#request(saveRequest, params);
  }

  colours(params: ColoursParams): Promise<ModelColourNumbers> {
    return this.#request(coloursRequest, params);
  }

  /** What the editor writes on the panel's tab. */
  setTitle(title: string): void {
    void this.#connection.sendNotification(titleNotification, { title });
  }

  on<P>(type: NotificationType<P>, listener: (params: P) => void): void {
    this.#connection.onNotification(type, listener);
  }

  async #request<P, R>(type: RequestType<P, R, ErrorData>, params: P, signal?: AbortSignal): Promise<R> {
    signal?.throwIfAborted();
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#connection.sendRequest<R>(type.method, params, source.token);
    } catch (error) {
      signal?.throwIfAborted();
      throw revive(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }
}

function revive(error: unknown): unknown {
  return error instanceof ResponseError
    ? new HostError(error.message, (error.data as ErrorData | undefined) ?? null)
    : error;
}

class EnvelopeReader extends AbstractMessageReader {
  readonly #source: Window;
  readonly #session: string;

  constructor(source: Window, session: string) {
    super();
    this.#source = source;
    this.#session = session;
  }

  listen(callback: DataCallback): Disposable {
    const hear = ({ data }: MessageEvent<PanelEnvelope | undefined>): void => {
      if (data?.session === this.#session) {
        callback(data.message as Message);
      }
    };
    this.#source.addEventListener('message', hear);
    return Disposable.create(() => this.#source.removeEventListener('message', hear));
  }
}

class EnvelopeWriter extends AbstractMessageWriter {
  readonly #api: EditorApi;
  readonly #session: string;

  constructor(api: EditorApi, session: string) {
    super();
    this.#api = api;
    this.#session = session;
  }

  write(message: Message): Promise<void> {
    this.#api.postMessage({ session: this.#session, message });
    return Promise.resolve();
  }

  end(): void {
    // A document ends by being destroyed.
  }
}
