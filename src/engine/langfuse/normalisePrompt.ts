import * as z from 'zod';
import { text, textOrJson, time, wireText, wireAny } from './fields.ts';
import { promptVariables } from './promptTemplate.ts';
import type { PromptVersionRecord } from './records.ts';
import { readRow } from './rows.ts';

const names = z.array(z.string()).nullish();

/** One prompt of the list: all versions together, without text. */
const wirePromptSummary = z.object({
  name: z.string().min(1),
  versions: z.array(z.int()),
  labels: names,
  tags: names,
});

/** One version, as `GET v2/prompts/{name}?version=N&resolve=false` gives it. */
const wirePrompt = z.object({
  projectId: wireText,
  name: z.string().min(1),
  version: z.int(),
  type: z.string().min(1),
  prompt: z.union([z.string(), z.array(z.unknown())]),
  config: wireAny,
  labels: names,
  tags: names,
  commitMessage: wireText,
  createdAt: wireText,
  updatedAt: wireText,
  createdBy: wireText,
});

export interface PromptSummary {
  readonly name: string;
  readonly versions: readonly number[];
  /** Of all versions together. */
  readonly labels: readonly string[];
  readonly tags: readonly string[];
}

/** @throws MalformedRow when the row cannot be read. */
export function normalisePromptSummary(wire: unknown): PromptSummary {
  const row = readRow(wirePromptSummary, wire);
  return { name: row.name, versions: row.versions, labels: row.labels ?? [], tags: row.tags ?? [] };
}

/** @throws MalformedRow when the row cannot be read. */
export function normalisePrompt(wire: unknown, projectId: string): PromptVersionRecord {
  const row = readRow(wirePrompt, wire);
  return {
    projectId: text(row.projectId) ?? projectId,
    name: row.name,
    version: row.version,
    type: row.type,
    template: textOrJson(row.prompt) ?? '',
    variables: promptVariables(row.prompt),
    config: row.config ?? null,
    labels: row.labels ?? [],
    tags: row.tags ?? [],
    commitMessage: text(row.commitMessage),
    createdAt: time(row.createdAt, 'createdAt'),
    updatedAt: time(row.updatedAt, 'updatedAt'),
    createdBy: text(row.createdBy),
  };
}
