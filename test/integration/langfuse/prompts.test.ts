import assert from 'node:assert/strict';
import type {
  KnownPromptVersion,
  PromptLabelsRecord,
  PromptVersionRecord,
} from '../../../src/engine/langfuse/records.ts';
import { Connection, collect } from './connection.ts';
import { eventsRoutes, json, ScriptedServer, type Route } from './scriptedServer.ts';

const promptsPath = '/api/public/v2/prompts';

interface Version {
  readonly name: string;
  readonly version: number;
  readonly labels: readonly string[];
}

const stored: readonly Version[] = [
  { name: 'team/nested prompt', version: 1, labels: ['latest'] },
  { name: 'chat', version: 1, labels: ['canary'] },
  { name: 'chat', version: 2, labels: ['production'] },
  { name: 'chat', version: 3, labels: ['latest', 'staging'] },
];

/** The list as Langfuse builds it: filters apply to versions, then versions are grouped by name. */
const list: Route = ({ query }, response) => {
  const label = query.get('label');
  const versions = stored.filter(({ labels }) => label === null || labels.includes(label));
  const names = [...new Set(versions.map(({ name }) => name))];
  const limit = Number(query.get('limit'));
  const page = Number(query.get('page'));
  const data = names.slice((page - 1) * limit, page * limit).map((name) => {
    const own = versions.filter((version) => version.name === name);
    return {
      name,
      type: 'text',
      versions: own.map(({ version }) => version),
      labels: own.flatMap(({ labels }) => labels),
      tags: ['t'],
    };
  });
  json(response, {
    data,
    meta: { page, limit, totalItems: names.length, totalPages: Math.ceil(names.length / limit) },
  });
};

const text: Route = ({ path, query }, response) => {
  const name = decodeURIComponent(path.slice(promptsPath.length + 1));
  const found = stored.find((version) => version.name === name && version.version === Number(query.get('version')));
  if (found === undefined) {
    json(response, { message: `Prompt not found: '${name}'`, error: 'LangfuseNotFoundError' }, 404);
    return;
  }
  json(response, {
    ...found,
    projectId: 'p1',
    type: 'text',
    prompt: `v${String(found.version)} {{x}}`,
    tags: ['t'],
    config: {},
  });
};

describe('reading prompts', () => {
  let server: ScriptedServer;
  afterEach(() => server.stop());

  async function read(
    known: readonly KnownPromptVersion[],
    others: Record<string, Route> = {},
  ): Promise<{ rows: (PromptVersionRecord | PromptLabelsRecord)[]; setAside: string[] }> {
    server = await ScriptedServer.start(
      eventsRoutes((_, response) => json(response, { data: [], meta: {} }), {
        [promptsPath]: list,
        [`${promptsPath}/team%2Fnested prompt`]: text,
        [`${promptsPath}/chat`]: text,
        ...others,
      }),
    );
    const source = await new Connection(server.url).open();
    const pages = await collect(source.prompts(known));
    return {
      rows: pages.flatMap((page) => page.rows),
      setAside: pages.flatMap((page) => page.setAside.map((row) => `${row.stream} ${row.id}: ${row.reason}`)),
    };
  }

  const labelsOf = (rows: readonly (PromptVersionRecord | PromptLabelsRecord)[]): Record<string, readonly string[]> =>
    Object.fromEntries(rows.map((row) => [`${row.name}:v${String(row.version)}`, row.labels]));
  const truth = Object.fromEntries(stored.map((row) => [`${row.name}:v${String(row.version)}`, row.labels]));
  const textRequests = (): number => server.received.filter(({ path }) => path.startsWith(`${promptsPath}/`)).length;

  it('reads every version with its own labels and text, and no label lists, the first time', async () => {
    const { rows } = await read([]);
    assert.deepEqual(labelsOf(rows), truth);
    assert.ok(rows.every((row) => 'template' in row && row.template === `v${String(row.version)} {{x}}`));
    assert.equal(server.to(promptsPath).length, 1);
    assert.equal(textRequests(), 4);
    assert.equal(server.to(promptsPath)[0]?.query.get('limit'), '100');
    assert.ok(
      server.received
        .filter(({ path }) => path.includes('chat'))
        .every(({ query }) => query.get('resolve') === 'false'),
    );
  });

  it('reads no text of known versions, but where each label is now', async () => {
    const { rows } = await read(stored);
    assert.deepEqual(labelsOf(rows), truth);
    assert.ok(rows.every((row) => !('template' in row)));
    assert.deepEqual(rows[0]?.tags, ['t']);
    assert.equal(textRequests(), 0);
    assert.deepEqual(
      server.to(promptsPath).map(({ query }) => query.get('label')),
      [null, 'canary', 'production', 'latest', 'staging'],
    );
  });

  it('reads the text of new versions alone', async () => {
    const { rows } = await read(stored.slice(0, 3));
    assert.deepEqual(labelsOf(rows), truth);
    assert.equal(textRequests(), 1);
  });

  it('sets a version aside that was deleted in between', async () => {
    const gone: Route = ({ query, ...request }, response) =>
      query.get('version') === '2'
        ? json(response, { message: 'Prompt not found' }, 404)
        : text({ query, ...request }, response);
    const { rows, setAside } = await read([], { [`${promptsPath}/chat`]: gone });
    assert.equal(rows.length, 3);
    assert.deepEqual(setAside, ['prompts chat:v2: deleted while the prompts were read']);
  });

  it('fails with the server’s own words when texts are refused', async () => {
    const refused: Route = (_, response) => json(response, { message: 'not for you' }, 403);
    await assert.rejects(read([], { [`${promptsPath}/chat`]: refused }), {
      code: 'auth.forbidden',
      message: /not for you/,
    });
  });
});
