import * as z from 'zod';
import * as l10n from '@vscode/l10n';
import type { ServerGeneration } from '../../protocol/engine.ts';
import { EngineError } from '../errors.ts';
import { observationsPath } from './eventsSource.ts';
import { malformed, messageOf, refusal, unsupported, type Reply } from './failures.ts';
import type { LangfuseHttp } from './http.ts';
import { countQuery, metricsPath } from './metrics.ts';
import type { Budgets } from './quota.ts';

const healthPath = '/api/public/health';
const projectsPath = '/api/public/projects';
const tracesPath = '/api/public/traces';

/** A wrong address should not take the patience that an export has. */
const connectAttempts = 3;
const hour = 3_600_000;
const day = 24 * hour;
/** Rows of old senders become visible in the events table after up to 15 minutes. */
const visibleAfter = hour / 2;

const gone: ReadonlySet<number> = new Set([404, 405, 410, 501]);
/** A query that was refused was still understood by a server that has the endpoint. */
const served: ReadonlySet<number> = new Set([200, 400]);

const healthBody = z.object({ version: z.string().min(1) });
const projectsBody = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      organization: z.object({ id: z.string(), name: z.string().nullish() }).nullish(),
      retentionDays: z.number().nullish(),
    }),
  ),
});
const rowsBody = z.object({ data: z.array(z.unknown()) });
const tracesBody = z.object({ data: z.array(z.object({ timestamp: z.string() })) });

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string | null;
  readonly organizationName: string | null;
  readonly retentionDays: number | null;
}

export interface Generation {
  readonly generation: ServerGeneration;
  readonly because: string;
}

/** The server's version, "unknown" where a proxy hides the endpoint. A server in trouble (503) tells it too. */
export async function readVersion(http: LangfuseHttp, signal: AbortSignal | undefined): Promise<string> {
  try {
    const request = { path: healthPath, query: () => ({}), budget: null, attempts: connectAttempts, signal };
    const body = healthBody.safeParse((await http.request(request)).json);
    return body.success ? body.data.version.replace(/^v/, '') : 'unknown';
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'langfuse.unreachable') {
      return 'unknown';
    }
    throw error;
  }
}

/**
 * The project that the keys belong to. This endpoint is the check of the keys.
 * @throws EngineError auth.invalid, auth.forbidden, langfuse.unsupported when it is no Langfuse server
 */
export async function readProject(http: LangfuseHttp, signal: AbortSignal | undefined): Promise<Project> {
  const reply = await http.request({ path: projectsPath, query: () => ({}), budget: null, signal });
  if (reply.status === 200 && reply.json === undefined) {
    throw unsupported(http.host, projectsPath, l10n.t('no JSON'));
  }
  const [project] = http.parse(projectsBody, reply, projectsPath).data;
  if (project === undefined) {
    throw malformed(http.host, projectsPath, l10n.t('no project'));
  }
  return {
    id: project.id,
    name: project.name,
    organizationId: project.organization?.id ?? null,
    organizationName: project.organization?.name ?? null,
    // 0 stands for "for ever" on the server.
    retentionDays: project.retentionDays === 0 ? null : (project.retentionDays ?? null),
  };
}

/**
 * Which lists hold this project's data. Version numbers do not tell: the operator's write mode decides.
 * v4 in legacy mode answers v2/observations with 200 though nothing fills the table behind it, and in
 * dual mode history may still be missing from it; v2/metrics and the data itself break those ties.
 * @param now milliseconds since the epoch
 * @throws EngineError langfuse.unsupported when neither generation's lists are served
 */
export async function detectGeneration(
  http: LangfuseHttp,
  budgets: Budgets,
  version: string,
  now: number,
  signal: AbortSignal | undefined,
): Promise<Generation> {
  const probe = new Probe(http, budgets, now, signal);
  const events = lacksEventsTable(version) ? null : await probe.events(now - day, now);
  const legacy = await probe.legacyTraces(events !== null && served.has(events.status));
  if (events === null || !served.has(events.status)) {
    const eventsSay = events === null ? `version ${version} has no events table` : `v2/observations: ${says(events)}`;
    if (served.has(legacy.status)) {
      return { generation: 'legacy', because: `traces are served; ${eventsSay}` };
    }
    throw bothMissing(http, events ?? legacy);
  }
  if (!served.has(legacy.status)) {
    return { generation: 'events', because: `v2/observations is served; traces: ${says(legacy)}` };
  }
  return decideByData(probe, legacy);
}

async function decideByData(probe: Probe, legacy: Reply): Promise<Generation> {
  const both = 'both generations are served';
  const metrics = await probe.metrics();
  if (metrics !== null && gone.has(metrics.status)) {
    return {
      generation: 'legacy',
      because: `${both}, but v2/metrics says that events are not written: ${says(metrics)}`,
    };
  }
  const newest = tracesBody.safeParse(legacy.json).data?.data[0];
  if (newest === undefined) {
    return { generation: 'events', because: `${both}, no older trace is known` };
  }
  const at = Date.parse(newest.timestamp);
  const around = await probe.events(at - day, at + day);
  const found = rowsBody.safeParse(around.json).data?.data.length ?? 0;
  return found > 0
    ? { generation: 'events', because: `${both}, and v2/observations has the time of the newest trace` }
    : { generation: 'legacy', because: `${both}, but v2/observations has nothing around the newest trace` };
}

/** The few requests that tell generations apart. */
class Probe {
  readonly #http: LangfuseHttp;
  readonly #budgets: Budgets;
  readonly #now: number;
  readonly #signal: AbortSignal | undefined;

  constructor(http: LangfuseHttp, budgets: Budgets, now: number, signal: AbortSignal | undefined) {
    this.#http = http;
    this.#budgets = budgets;
    this.#now = now;
    this.#signal = signal;
  }

  events(from: number, to: number): Promise<Reply> {
    const query = { limit: '1', fromStartTime: iso(from), toStartTime: iso(to) };
    return this.#get(observationsPath, query, this.#budgets.general);
  }

  /**
   * Some operators refuse it without a range of dates.
   * @param dispensable a server too slow for it is taken for one that serves it; the rest of the recipe decides
   */
  async legacyTraces(dispensable: boolean): Promise<Reply> {
    const query = {
      limit: '1',
      fields: 'core',
      orderBy: 'timestamp.desc',
      fromTimestamp: iso(this.#now - 90 * day),
      toTimestamp: iso(this.#now - visibleAfter),
    };
    try {
      return await this.#get(tracesPath, query, this.#budgets.legacy);
    } catch (error) {
      if (dispensable && error instanceof EngineError && error.code === 'langfuse.unavailable') {
        return { status: 400, json: undefined, location: null };
      }
      throw error;
    }
  }

  /** Null when it has no clear answer now: the quota is small, and the data decides as well. */
  async metrics(): Promise<Reply | null> {
    const query = { query: countQuery({ from: this.#now - hour, to: this.#now }, 'hour') };
    const request = { path: metricsPath, query: () => query, budget: this.#budgets.metrics, signal: this.#signal };
    try {
      return await this.#http.request({ ...request, attempts: 2, patient: false });
    } catch (error) {
      if (error instanceof EngineError && error.code === 'langfuse.unavailable') {
        return null;
      }
      throw error;
    }
  }

  /** A page for people in place of JSON is as good as no answer. */
  async #get(path: string, query: Readonly<Record<string, string>>, budget: Budgets['general']): Promise<Reply> {
    const reply = await this.#http.request({ path, query: () => query, budget, signal: this.#signal });
    return reply.status === 200 && reply.json === undefined ? { ...reply, status: 404 } : reply;
  }
}

/** Self-hosted servers before 3.143 answered v2/observations with errors, having no table behind it. */
function lacksEventsTable(version: string): boolean {
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  return major < 3 || (major === 3 && minor < 143);
}

function bothMissing(http: LangfuseHttp, reply: Reply): EngineError {
  return reply.status === 403 || (reply.status >= 300 && reply.status < 400)
    ? refusal(reply, http.host, observationsPath)
    : unsupported(http.host, `${observationsPath}, ${tracesPath}`, `HTTP ${String(reply.status)}`);
}

function says(reply: Reply): string {
  const message = messageOf(reply.json);
  return message === null ? `HTTP ${String(reply.status)}` : `HTTP ${String(reply.status)}, ${message}`;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
