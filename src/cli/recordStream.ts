import * as l10n from '@vscode/l10n';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { JsonSplitter, type JsonText } from '../engine/record/jsonSplitter.ts';
import type { Engine, RecordBatch, RecordKind } from '../protocol/engine.ts';

/** The document that `record --json` prints. */
export interface RecordReport {
  readonly kind: RecordKind;
  /** Values on stdin. */
  readonly read: number;
  /** New rows, and rows that replaced another of their id. */
  readonly written: number;
  /** Rows that were there already, just so. */
  readonly unchanged: number;
  readonly bad: number;
  /** Of the first thousand bad ones. */
  readonly problems: readonly BadValue[];
}

export interface BadValue {
  readonly line: number;
  readonly problems: readonly string[];
}

export interface RecordOptions {
  readonly kind: RecordKind;
  /** Writes nothing when anything is bad. */
  readonly strict: boolean;
  readonly onBad: (bad: BadValue) => void;
  readonly signal: AbortSignal;
}

/** Values handed to the engine, and so written, at a time: less than a megabyte of usual ones. */
const batchSize = 500;
const problemsKept = 1000;

/**
 * Records what `input` holds as JSON or NDJSON, a batch at a time.
 * @throws EngineError database.*
 */
export async function recordStream(engine: Engine, input: Readable, options: RecordOptions): Promise<RecordReport> {
  if (!options.strict) {
    return recordAll(engine, input, options, true);
  }
  // Whether anything is to be written is known at the end of the input, which can be read only once.
  const folder = await mkdtemp(path.join(tmpdir(), 'langfuse-metrics-record-'));
  try {
    const copy = path.join(folder, 'records.json');
    await pipeline(input, createWriteStream(copy, { mode: 0o600 }), { signal: options.signal });
    const checked = await recordAll(engine, createReadStream(copy), options, false);
    return checked.bad > 0 ? checked : await recordAll(engine, createReadStream(copy), options, true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function recordAll(
  engine: Engine,
  input: Readable,
  { kind, onBad, signal }: RecordOptions,
  write: boolean,
): Promise<RecordReport> {
  let read = 0;
  let accepted = 0;
  let written = 0;
  let bad = 0;
  const problems: BadValue[] = [];
  for await (const texts of batches(input, signal)) {
    const result = await recordTexts(engine, { kind, write }, texts, signal);
    read += texts.length;
    accepted += result.accepted;
    written += result.changed;
    bad += result.bad.length;
    problems.push(...result.bad.slice(0, problemsKept - problems.length));
    result.bad.forEach(onBad);
  }
  return { kind, read, written, unchanged: write ? accepted - written : 0, bad, problems };
}

interface BatchResult {
  readonly accepted: number;
  readonly changed: number;
  /** In the order of their lines. */
  readonly bad: readonly BadValue[];
}

async function recordTexts(
  engine: Engine,
  request: Omit<RecordBatch, 'values'>,
  texts: readonly JsonText[],
  signal: AbortSignal,
): Promise<BatchResult> {
  const bad: BadValue[] = [];
  const lines: number[] = [];
  const values: unknown[] = [];
  for (const { line, text } of texts) {
    try {
      values.push(JSON.parse(text));
      lines.push(line);
    } catch (error) {
      bad.push({ line, problems: [l10n.t('is not JSON: {0}', (error as SyntaxError).message)] });
    }
  }
  const { accepted, changed, rejected } = await engine.record({ ...request, values }, signal);
  bad.push(...rejected.map(({ index, problems }) => ({ line: lines[index] ?? 0, problems })));
  return { accepted, changed, bad: bad.toSorted((a, b) => a.line - b.line) };
}

async function* batches(input: Readable, signal: AbortSignal): AsyncGenerator<readonly JsonText[]> {
  const splitter = new JsonSplitter();
  let waiting: JsonText[] = [];
  for await (const chunk of addAbortSignal(signal, input.setEncoding('utf8'))) {
    waiting.push(...splitter.push(String(chunk)));
    while (waiting.length >= batchSize) {
      yield waiting.slice(0, batchSize);
      waiting = waiting.slice(batchSize);
    }
  }
  waiting.push(...splitter.end());
  if (waiting.length > 0) {
    yield waiting;
  }
}
