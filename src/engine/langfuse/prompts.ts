import * as z from 'zod';
import type { SetAsideRow } from '../../protocol/engine.ts';
import { number, wireNumber } from './fields.ts';
import type { LangfuseHttp } from './http.ts';
import { normalisePrompt, normalisePromptSummary, type PromptSummary } from './normalisePrompt.ts';
import type { KnownPromptVersion, PromptLabelsRecord, PromptVersionRecord, SourcePage } from './records.ts';
import { MalformedRow, mapRows } from './rows.ts';
import { cursorLoop, walk, type FetchPage, type RawPage } from './walk.ts';

const promptsPath = '/api/public/v2/prompts';
const listLimit = 100;
/** Prompt reads are not limited by Langfuse; a few at a time keep a first export short. */
const parallelTexts = 4;

const listBody = z.object({ data: z.array(z.unknown()), meta: z.object({ totalPages: wireNumber }) });

type PromptPage = SourcePage<PromptVersionRecord | PromptLabelsRecord>;

/**
 * All versions of all prompts. Moving a label may not touch a version's updatedAt, so labels are read
 * every time: those of a new version come with its text; for versions known already, the list filtered
 * by a label names the versions that carry it, one request a label instead of one a version.
 */
export class PromptReader {
  readonly #http: LangfuseHttp;
  readonly #projectId: string;

  constructor(http: LangfuseHttp, projectId: string) {
    this.#http = http;
    this.#projectId = projectId;
  }

  async *read(
    known: readonly KnownPromptVersion[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<PromptPage, void, undefined> {
    const knownKeys = new Set(known.map(({ name, version }) => key(name, version)));
    const summaries: PromptSummary[] = [];
    for await (const page of this.#list({}, signal)) {
      summaries.push(...page.rows);
      yield* this.#newVersions(page.rows, page.setAside, knownKeys, signal);
    }
    const rows = await this.#labelsOfKnown(summaries, knownKeys, signal);
    if (rows.length > 0) {
      yield { rows, setAside: [], received: rows.length, cursor: null };
    }
  }

  /** Texts of the versions that are not known yet, a page for each few of them. */
  async *#newVersions(
    summaries: readonly PromptSummary[],
    setAsideSummaries: readonly SetAsideRow[],
    known: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<PromptPage, void, undefined> {
    if (setAsideSummaries.length > 0) {
      yield { rows: [], setAside: setAsideSummaries, received: setAsideSummaries.length, cursor: null };
    }
    const wanted = summaries.flatMap(({ name, versions }) =>
      versions.filter((version) => !known.has(key(name, version))).map((version) => ({ name, version })),
    );
    for (let start = 0; start < wanted.length; start += parallelTexts) {
      const part = wanted.slice(start, start + parallelTexts);
      const failed = new AbortController();
      const all = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
      try {
        const wire = await Promise.all(part.map((version) => this.#text(version, all)));
        const page = mapRows('prompts', wire, (row) => this.#normalise(row));
        yield { ...page, received: part.length, cursor: null };
      } finally {
        // When one of them failed, the others are not worth waiting for.
        failed.abort();
      }
    }
  }

  async #text({ name, version }: KnownPromptVersion, signal: AbortSignal): Promise<unknown> {
    // Folder names contain "/", which must not become part of the path.
    const path = `${promptsPath}/${encodeURIComponent(name)}`;
    const query = { version: String(version), resolve: 'false' };
    const reply = await this.#http.request({ path, query: () => query, budget: null, signal });
    if (reply.status === 404) {
      return new Deleted(`${name}:v${String(version)}`);
    }
    return this.#http.parse(z.unknown(), reply, path);
  }

  #normalise(wire: unknown): PromptVersionRecord {
    if (wire instanceof Deleted) {
      throw new MalformedRow('deleted while the prompts were read');
    }
    return normalisePrompt(wire, this.#projectId);
  }

  async #labelsOfKnown(
    summaries: readonly PromptSummary[],
    known: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): Promise<PromptLabelsRecord[]> {
    const withKnown = summaries.filter(({ name, versions }) =>
      versions.some((version) => known.has(key(name, version))),
    );
    // The labels of a prompt's only version are those of the prompt.
    const unclear = withKnown.filter(({ versions }) => versions.length > 1);
    const labels = new Set(unclear.flatMap((summary) => summary.labels));
    const carriers = new Map<string, Set<string>>();
    for (const label of labels) {
      carriers.set(label, await this.#versionsWith(label, signal));
    }
    return withKnown.flatMap((summary) =>
      summary.versions
        .filter((version) => known.has(key(summary.name, version)))
        .map((version) => ({
          projectId: this.#projectId,
          name: summary.name,
          version,
          labels:
            summary.versions.length === 1
              ? summary.labels
              : summary.labels.filter((label) => carriers.get(label)?.has(key(summary.name, version)) === true),
          tags: summary.tags,
        })),
    );
  }

  async #versionsWith(label: string, signal: AbortSignal | undefined): Promise<Set<string>> {
    const found = new Set<string>();
    for await (const { rows } of this.#list({ label }, signal)) {
      for (const { name, versions } of rows) {
        versions.forEach((version) => found.add(key(name, version)));
      }
    }
    return found;
  }

  async *#list(
    filter: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ rows: readonly PromptSummary[]; setAside: readonly SetAsideRow[] }, void, undefined> {
    const fetchPage: FetchPage<RawPage> = async (cursor = '1', pageSignal) => {
      const query = { ...filter, page: cursor, limit: String(listLimit) };
      const request = { path: promptsPath, query: () => query, budget: null, signal: pageSignal };
      const body = await this.#http.read(listBody, request);
      const page = Number(cursor);
      const more = body.data.length > 0 && page < (number(body.meta.totalPages) ?? 0);
      return { rows: body.data, received: body.data.length, cursor: more ? String(page + 1) : null };
    };
    const options = signal === undefined ? {} : { signal };
    for await (const page of walk(fetchPage, options, () => cursorLoop(this.#http, promptsPath))) {
      yield mapRows('prompts', page.rows, normalisePromptSummary);
    }
  }
}

/** Stands for a version that the list named and the server no longer has. */
class Deleted {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

function key(name: string, version: number): string {
  return `${name}\0${String(version)}`;
}
