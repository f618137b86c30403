import type { advice } from './api/deprecation.ts';
import { listObservationsV2 } from './api/observationsV2.ts';
import {
  getObservation,
  getScore,
  getSession,
  getTrace,
  listDailyMetrics,
  listObservations,
  listScoresV1,
  listScoresV2,
  listSessions,
  listTraces,
  queryMetricsV1,
} from './api/legacy.ts';
import { queryMetricsV2 } from './api/metrics.ts';
import { ingestBatch } from './api/ingestion.ts';
import { ingestSpans } from './api/otel.ts';
import { createScore } from './api/scoreIngestion.ts';
import { getHealth, getMedia, getProjects, listModels, listNothing } from './api/project.ts';
import { getPrompt, getPromptV1, listPrompts } from './api/prompts.ts';
import { listScoresV3 } from './api/scoresV3.ts';
import type { Access } from './http/auth.ts';
import type { Bucket } from './http/quota.ts';
import type { Handler } from './api/handler.ts';

export interface Route {
  readonly path: string;
  /** GET unless said otherwise; null: whatever the method, without a key. */
  readonly method: 'GET' | 'POST' | null;
  readonly handler: Handler;
  readonly access: Access;
  readonly bucket: Bucket;
  /** Of the first generation: gone where only the events table exists, decided before the key is looked at. */
  readonly legacy: boolean;
  /** 401 carries an error name too. */
  readonly namesError: boolean;
  /** What the Cloud tells callers to use instead. */
  readonly advice: keyof typeof advice | null;
  /** The answer depends on the data alone and may be kept. */
  readonly cacheable: boolean;
}

type RouteOptions = Partial<Omit<Route, 'path' | 'handler'>>;

const get = (path: string, handler: Handler, options: RouteOptions = {}): Route => ({
  path: `/api/public/${path}`,
  method: 'GET',
  handler,
  access: 'read',
  bucket: 'general',
  legacy: false,
  namesError: false,
  advice: null,
  cacheable: true,
  ...options,
});

const legacy = (path: string, handler: Handler, replacedBy: keyof typeof advice): Route =>
  get(path, handler, { legacy: true, advice: replacedBy, bucket: replacedBy === 'metrics' ? 'metrics' : 'legacy' });

const post = (path: string, handler: Handler, access: Access): Route =>
  get(path, handler, { method: 'POST', access, bucket: 'ingestion', cacheable: false });

/** One path, one endpoint; a path that ends in `/` takes the rest of the request's path as its part. */
export const routes: readonly Route[] = [
  get('health', getHealth, { method: null, bucket: 'none', cacheable: false }),
  get('ready', getHealth, { method: null, bucket: 'none', cacheable: false }),
  get('projects', getProjects, { bucket: 'none' }),
  get('models', listModels),
  get('comments', listNothing),
  get('score-configs', listNothing),
  get('llm-connections', listNothing),
  get('v2/datasets', listNothing),
  get('media/', getMedia),
  get('v2/observations', listObservationsV2, { cacheable: false }),
  get('v2/metrics', queryMetricsV2, { bucket: 'metrics' }),
  get('v2/prompts', listPrompts, { bucket: 'none', namesError: true }),
  get('v2/prompts/', getPrompt, { bucket: 'none', namesError: true }),
  get('prompts', getPromptV1, { bucket: 'none', namesError: true }),
  get('v3/scores', listScoresV3),
  legacy('traces', listTraces, 'traces'),
  legacy('traces/', getTrace, 'traces'),
  legacy('observations', listObservations, 'observations'),
  legacy('observations/', getObservation, 'observations'),
  legacy('sessions', listSessions, 'sessions'),
  legacy('sessions/', getSession, 'sessions'),
  legacy('scores', listScoresV1, 'scores'),
  legacy('v2/scores', listScoresV2, 'scores'),
  legacy('v2/scores/', getScore, 'scores'),
  legacy('metrics', queryMetricsV1, 'metrics'),
  legacy('metrics/daily', listDailyMetrics, 'metrics'),
  post('scores', createScore, 'score'),
  post('ingestion', ingestBatch, 'score'),
  post('otel/v1/traces', ingestSpans, 'write'),
];

export interface Match {
  readonly route: Route;
  /** The decoded path segment behind the route's path. */
  readonly part: string;
}

/** All routes of a path; several differ by method. A part never spans an unencoded slash. */
export function matchRoutes(path: string): readonly Match[] {
  return routes.flatMap((route) => {
    if (!route.path.endsWith('/')) return route.path === path ? [{ route, part: '' }] : [];
    const part = path.startsWith(route.path) ? decode(path.slice(route.path.length)) : null;
    return part === null ? [] : [{ route, part }];
  });
}

/** Null for what is no single segment. */
function decode(segment: string): string | null {
  if (segment === '' || segment.includes('/')) return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
