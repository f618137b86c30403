import type { Credentials, ExportWaiting, ServerInfo } from '../../protocol/engine.ts';
import type { LangfusePlan } from '../config/config.ts';
import type { Clock, Fetch, Log } from '../ports.ts';
import { detectGeneration, readProject, readVersion } from './detect.ts';
import { eventsSource } from './eventsSource.ts';
import { defaultTimeouts, type Timeouts } from './exchange.ts';
import { LangfuseHttp } from './http.ts';
import { legacySource } from './legacySource.ts';
import { pageSizes, smallPage } from './projectReader.ts';
import { QuotaRegistry } from './quota.ts';
import type { LangfuseSource } from './records.ts';

const largestPage = 1000;

export interface ConnectOptions {
  readonly credentials: Credentials;
  readonly plan: LangfusePlan;
  /** Rows of a page of observations, 1 to 1000. */
  readonly pageSize: number;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly log: Log;
  /** Called when the source starts to wait, and with null when it goes on. */
  readonly onWait: (waiting: ExportWaiting | null) => void;
  /** The process's budgets; connections that share them share the quota of their organisation. */
  readonly quotas?: QuotaRegistry;
  readonly random?: () => number;
  readonly timeouts?: Timeouts;
}

/**
 * Finds out what serves this project and gives a source for it.
 * @throws EngineError auth.* or langfuse.*; the signal's reason.
 */
export async function connectLangfuse(options: ConnectOptions, signal?: AbortSignal): Promise<LangfuseSource> {
  const { credentials, clock, log } = options;
  const http = new LangfuseHttp({
    ...options,
    random: options.random ?? Math.random,
    timeouts: options.timeouts ?? defaultTimeouts,
  });
  const version = await readVersion(http, signal);
  const project = await readProject(http, signal);
  const quotas = options.quotas ?? new QuotaRegistry(clock);
  const budgets = quotas.budgets(credentials.baseUrl, project.organizationId ?? credentials.publicKey, options.plan);
  const { generation, because } = await detectGeneration(http, budgets, version, clock.now(), signal);
  const server: ServerInfo = {
    baseUrl: credentials.baseUrl,
    version,
    generation,
    because,
    projectId: project.id,
    projectName: project.name,
    organizationName: project.organizationName,
    retentionDays: project.retentionDays,
  };
  log.info(`${http.host}: Langfuse ${version}, project "${project.name}", read as ${generation}: ${because}`);
  const isLegacy = generation === 'legacy';
  const rows = Math.min(options.pageSize, isLegacy ? smallPage : largestPage);
  const reader = { http, server, budgets, log, pageSizes: pageSizes(rows) };
  return isLegacy ? legacySource(reader) : eventsSource(reader);
}
