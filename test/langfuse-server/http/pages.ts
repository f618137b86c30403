import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** An answer ready to be sent. */
export class PreparedAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly etag: string;
  readonly rows: number;
  #compressed: Buffer | undefined;

  constructor(status: number, body: Buffer, rows: number) {
    this.status = status;
    this.body = body;
    this.rows = rows;
    this.etag = `"${createHash('sha1').update(body).digest('base64url')}"`;
  }

  /** Level 1: the speed of the stand-in matters more than its bytes. */
  get compressed(): Buffer {
    this.#compressed ??= gzipSync(this.body, { level: 1 });
    return this.#compressed;
  }
}

/** Answers by URL, the least recently used given up first when they exceed their share of memory. */
export class PageCache {
  readonly #limit: number;
  readonly #pages = new Map<string, PreparedAnswer>();
  #bytes = 0;
  #revision = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get(url: string, revision: number): PreparedAnswer | undefined {
    if (revision !== this.#revision) {
      this.#pages.clear();
      this.#bytes = 0;
      this.#revision = revision;
    }
    const page = this.#pages.get(url);
    if (page === undefined) return undefined;
    this.#pages.delete(url);
    this.#pages.set(url, page);
    return page;
  }

  set(url: string, page: PreparedAnswer): void {
    if (page.body.length > this.#limit) return;
    this.#pages.set(url, page);
    this.#bytes += page.body.length;
    for (const [oldUrl, old] of this.#pages) {
      if (this.#bytes <= this.#limit) return;
      this.#pages.delete(oldUrl);
      this.#bytes -= old.body.length;
    }
  }
}
