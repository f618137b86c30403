import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { root } from '../../tools/shell.ts';

const types: Readonly<Record<string, string>> = { '.css': 'text/css', '.js': 'text/javascript' };

let started: Promise<PanelServer> | null = null;

/**
 * Serves the panels' bundles of dist/webview and documents given to it, on loopback. A real server, as
 * files that Playwright puts in place of an answer take the browser three times as long.
 */
export class PanelServer {
  readonly origin: string;
  readonly #documents = new Map<string, string>();

  private constructor(origin: string) {
    this.origin = origin;
  }

  /** One for all tests of a process. It holds no process up. */
  static shared(): Promise<PanelServer> {
    return (started ??= PanelServer.#start());
  }

  static async #start(): Promise<PanelServer> {
    const server = createServer((request, response) => {
      answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    server.unref().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const panels = new PanelServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const answer = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
      panels.#answer(request.url ?? '/', response);
    return panels;
  }

  /** Where the document is now. */
  add(html: string): string {
    const place = `/panel-${this.#documents.size + 1}`;
    this.#documents.set(place, html);
    return `${this.origin}${place}`;
  }

  async #answer(place: string, response: ServerResponse): Promise<void> {
    const html = this.#documents.get(place);
    if (html !== undefined) {
      response.setHeader('content-type', 'text/html').end(html);
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
