import type { LangfuseServerOptions } from '../options.ts';
import type { Route } from '../routes.ts';

/** Body of every legacy path on a server that only has the events table. */
export const goneMessage =
  'This endpoint is not available on deployments running in Langfuse v4 events_only mode. Learn more about Langfuse v4 at: https://langfuse.com/docs/v4';

const list = 'GET /api/public/v2/observations?fromStartTime=<from>&toStartTime=<to>';
const bySession =
  'GET /api/public/v2/observations?filter=<urlencoded sessionId filter>&fromStartTime=<from>&toStartTime=<to>';
const observationsDocs = 'https://langfuse.com/docs/api-and-data-platform/features/observations-api';

interface Advice {
  readonly text: string;
  readonly replacement: string;
  readonly docsUrl: string;
}

/** What the Cloud advises instead of an endpoint of the first generation. */
export const advice = {
  traces: {
    text: `In Langfuse v4, read span and trace data via ${list}.`,
    replacement: list,
    docsUrl: observationsDocs,
  },
  observations: { text: `Use ${list} instead.`, replacement: list, docsUrl: observationsDocs },
  sessions: {
    text: `In Langfuse v4, read session data via ${bySession}.`,
    replacement: bySession,
    docsUrl: observationsDocs,
  },
  scores: {
    text: 'Use GET /api/public/v3/scores instead.',
    replacement: 'GET /api/public/v3/scores',
    docsUrl: 'https://langfuse.com/docs/api-and-data-platform/features/scores-api',
  },
  metrics: {
    text: 'Use GET /api/public/v2/metrics?query=<urlencoded json query> instead.',
    replacement: 'GET /api/public/v2/metrics?query=<urlencoded json query>',
    docsUrl: 'https://langfuse.com/docs/metrics/features/metrics-api',
  },
} as const satisfies Readonly<Record<string, Advice>>;

/** The Cloud adds this to legacy answers, the good ones and the 404s. */
export function deprecation(
  options: Pick<LangfuseServerOptions, 'cloud'>,
  route: Pick<Route, 'advice'>,
): { _deprecation?: unknown } {
  if (!options.cloud || route.advice === null) return {};
  const { text, replacement, docsUrl } = advice[route.advice];
  const message = `On Langfuse Cloud, Langfuse v3 is deprecated and this endpoint will be removed on November 16, 2026. ${text}`;
  return { _deprecation: { message, replacement, docsUrl, sunsetAt: '2026-11-16' } };
}
