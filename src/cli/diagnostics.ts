import { clearLine, cursorTo } from 'node:readline';
import type { WriteStream } from 'node:tty';
import type { Log } from '../engine/ports.ts';

/**
 * Everything on stderr: lines that stay, and on a terminal one status line below them that is
 * rewritten in place.
 */
export class Diagnostics {
  readonly #stream: WriteStream;
  #status = '';

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** False when stderr is a file or a pipe, where a status line would only pile up. */
  get showsStatus(): boolean {
    return this.#stream.isTTY;
  }

  line(text: string): void {
    const status = this.#status;
    this.#clear();
    this.#stream.write(`${text}\n`);
    this.status(status);
  }

  /** Replaces the status line; an empty text removes it. No effect unless stderr is a terminal. */
  status(text: string): void {
    if (!this.showsStatus) {
      return;
    }
    this.#clear();
    // A line that wraps could not be cleared again.
    this.#status = text.slice(0, Math.max(this.#stream.columns - 1, 0));
    this.#stream.write(this.#status);
  }

  #clear(): void {
    if (this.#status !== '') {
      clearLine(this.#stream, 0);
      cursorTo(this.#stream, 0);
      this.#status = '';
    }
  }
}

export interface LogOptions {
  /** Also what only a maintainer asks for: requests, windows, decisions. */
  readonly verbose: boolean;
  /** Prefix of each line: the time, for a service. */
  readonly prefix: () => string;
}

/** The engine's log as lines on stderr. */
export function diagnosticsLog(diagnostics: Diagnostics, options: LogOptions): Log {
  const write = (message: string): void => diagnostics.line(options.prefix() + message);
  const detail = options.verbose ? write : (): undefined => undefined;
  return {
    trace: detail,
    debug: detail,
    info: write,
    warn: (message) => write(`warning: ${message}`),
    error: (message) => write(`error: ${message}`),
  };
}
