import { z } from 'zod';
import { ApiError, invalidRequest, notFound } from '../http/apiError.ts';
import { parseRequest, queryObject } from '../http/query.ts';
import { iso } from './wire.ts';
import type { PromptVersion } from '../data/types.ts';
import type { Handler } from './handler.ts';

const time = z.iso.datetime({ offset: true });

const listSchema = z.object({
  page: z.coerce.number().min(1).default(1),
  limit: z.coerce.number().max(100).default(10),
  name: z.string().optional(),
  label: z.string().optional(),
  tag: z.string().optional(),
  version: z.coerce.number().optional(),
  fromUpdatedAt: time.optional(),
  toUpdatedAt: time.optional(),
});

/** GET v2/prompts: names with the versions that match, sorted by name, without text. */
export const listPrompts: Handler = ({ dataset }, request) => {
  const query = parseRequest(listSchema, queryObject(request.query));
  const from = query.fromUpdatedAt === undefined ? -Infinity : Date.parse(query.fromUpdatedAt);
  const to = query.toUpdatedAt === undefined ? Infinity : Date.parse(query.toUpdatedAt);
  const matching = dataset.prompts.filter(
    (prompt) =>
      (query.name === undefined || prompt.name === query.name) &&
      (query.label === undefined || prompt.labels.includes(query.label)) &&
      (query.tag === undefined || prompt.tags.includes(query.tag)) &&
      (query.version === undefined || prompt.version === query.version) &&
      prompt.updatedAt >= from &&
      prompt.updatedAt < to,
  );
  const names = [...new Set(matching.map(({ name }) => name))].sort();
  const { page, limit } = query;
  const data = names
    .slice((page - 1) * limit, page * limit)
    .map((name) => summary(matching.filter((prompt) => prompt.name === name)));
  const meta = { page, limit, totalPages: limit === 0 ? 0 : Math.ceil(names.length / limit), totalItems: names.length };
  return { body: { data, meta, pagination: meta }, rows: data.length };
};

function summary(versions: readonly PromptVersion[]): Record<string, unknown> {
  const last = versions.reduce((newest, prompt) => (prompt.version > newest.version ? prompt : newest));
  return {
    name: last.name,
    tags: last.tags,
    lastUpdatedAt: iso(Math.max(...versions.map(({ updatedAt }) => updatedAt))),
    versions: versions.map(({ version }) => version).sort((a, b) => a - b),
    labels: [...new Set(versions.flatMap(({ labels }) => labels))].sort(),
    type: last.type,
    lastConfig: last.config,
  };
}

const getSchema = z.object({
  version: z.coerce.number().optional(),
  label: z.string().optional(),
  resolve: z.enum(['true', 'false']).optional(),
});

/** GET v2/prompts/{name}: by version, by label, else what is labelled production. */
export const getPrompt: Handler = ({ options, dataset }, request, name) => {
  const query = parseRequest(getSchema, queryObject(request.query));
  if (query.version !== undefined && query.label !== undefined)
    throw invalidRequest('Cannot specify both version and label');
  const label = query.label ?? 'production';
  const found = dataset.prompts.find(
    (prompt) =>
      prompt.name === name &&
      (query.version === undefined ? prompt.labels.includes(label) : prompt.version === query.version),
  );
  if (found === undefined) {
    throw notFound(
      `Prompt not found: '${name}' with ${query.version === undefined ? `label '${label}'` : `version ${query.version}`}`,
    );
  }
  return { body: toWirePrompt(found, options.projectId, query.resolve === 'false' ? null : dataset.prompts) };
};

/** GET prompts?name=: the first generation's endpoint, which old SDKs still call. */
export const getPromptV1: Handler = (context, request) => {
  const name = request.query.get('name');
  if (name === null) throw new ApiError(400, { message: 'Invalid request data', error: 'name is required' });
  return getPrompt(context, request, name);
};

interface Dependency {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

function toWirePrompt(
  prompt: PromptVersion,
  projectId: string,
  all: readonly PromptVersion[] | null,
): Record<string, unknown> {
  const used: Dependency[] = [];
  const text = all === null ? prompt.prompt : resolveReferences(prompt.prompt, all, used);
  const root = { name: prompt.name, version: prompt.version, id: prompt.id };
  return {
    id: prompt.id,
    createdAt: iso(prompt.createdAt),
    updatedAt: iso(prompt.updatedAt),
    projectId,
    createdBy: prompt.createdBy,
    prompt: text,
    name: prompt.name,
    version: prompt.version,
    type: prompt.type,
    isActive: prompt.labels.includes('production'),
    config: prompt.config,
    tags: prompt.tags,
    labels: prompt.labels,
    commitMessage: prompt.commitMessage,
    resolutionGraph: used.length === 0 ? null : { root, dependencies: { [prompt.id]: used } },
  };
}

/** Replaces `@@@langfusePrompt:name=…|version=…|label=…@@@` by the text of that prompt. */
function resolveReferences(
  prompt: PromptVersion['prompt'],
  all: readonly PromptVersion[],
  used: Dependency[],
): PromptVersion['prompt'] {
  const resolve = (text: string): string =>
    text.replace(
      /@@@langfusePrompt:name=([^|@]+)\|(version|label)=([^|@]+)@@@/g,
      (_tag, name: string, by: string, value: string) => {
        const target = all.find(
          (candidate) =>
            candidate.name === name &&
            (by === 'version' ? candidate.version === Number(value) : candidate.labels.includes(value)),
        );
        if (target === undefined || typeof target.prompt !== 'string')
          throw invalidRequest(`Prompt dependency not found: ${name}`);
        used.push({ id: target.id, name, version: target.version });
        return target.prompt;
      },
    );
  if (typeof prompt === 'string') return resolve(prompt);
  return prompt.map((message) => ('content' in message ? { ...message, content: resolve(message.content) } : message));
}
