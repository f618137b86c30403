import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { root } from '../../tools/shell.ts';

const types: Readonly<Record<string, string>> = { '.css': 'text/css', '.js': 'text/javascript' };
/** Where a document listens, after its own place. */
export const messages = '/messages';

/** A document of a panel, and what the extension tells it. */
export class ServedDocument {
  readonly url: string;
  readonly html: string;
  #listener: ServerResponse | null = null;
  /** Sent before the document listened. */
  readonly #waiting: string[] = [];

  constructor(url: string, html: string) {
    this.url = url;
    this.html = html;
  }

  /** @param json in one line */
  send(json: string): void {
    if (this.#listener === null) {
      this.#waiting.push(json);
    } else {
      this.#listener.write(`data: ${json}\n\n`);
    }
  }

  /** The document is there, perhaps once more. */
  listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    this.#listener = response;
    response.on('close', () => (this.#listener = this.#listener === response ? null : this.#listener));
    for (const json of this.#waiting.splice(0)) {
      this.send(json);
    }
  }
}

let started: Promise<PanelServer> | null = null;

/**
 * Serves the panels' bundles of dist/webview and documents given to it, on loopback. A real server: files
 * that Playwright puts in place of an answer take the browser three times as long, and a message of
 * megabytes that DevTools carry five times as long as one that an event source does.
 */
export class PanelServer {
  readonly origin: string;
  readonly #documents = new Map<string, ServedDocument>();

  private constructor(origin: string) {
    this.origin = origin;
  }

  /** One for all tests of a process. It holds no process up. */
  static shared(): Promise<PanelServer> {
    return (started ??= PanelServer.#start());
  }

  static async #start(): Promise<PanelServer> {
    const server = createServer((request, response) => {
      panels.#answer(request.url ?? '/', response).catch((error: unknown) => response.destroy(error as Error));
    });
    server.unref().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const panels = new PanelServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return panels;
  }

  add(html: string): ServedDocument {
    const place = `/panel-${this.#documents.size + 1}`;
    const document = new ServedDocument(`${this.origin}${place}`, html);
    this.#documents.set(place, document);
    return document;
  }

  async #answer(place: string, response: ServerResponse): Promise<void> {
    const document = this.#documents.get(place.replace(messages, ''));
    if (document !== undefined) {
      if (place.endsWith(messages)) {
        document.listen(response);
      } else {
        response.setHeader('content-type', 'text/html').end(document.html);
      }
      return;
    }
    const type = types[path.extname(place)];
    if (type === undefined) {
      response.writeHead(404).end();
      return;
    }
    const body = await readFile(path.join(root, 'dist', 'webview', path.normalize(place)));
    response.setHeader('content-type', type).end(body);
  }
}
