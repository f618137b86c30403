import type { Random } from './random.ts';

/** Who sent a trace decides what its rows carry. */
export interface Sender {
  readonly kind: 'langfuse-js-5' | 'langfuse-python-4' | 'opentelemetry' | 'legacy';
  /** Trace name, user, session and tags reach every row; plain OpenTelemetry leaves them on the root. */
  readonly propagates: boolean;
  readonly resource: Readonly<Record<string, unknown>> | null;
  readonly scope: Readonly<Record<string, unknown>> | null;
}

const nodeResource = {
  'host.name': 'api-7d9c5b6f4-x2x8p',
  'host.arch': 'amd64',
  'host.id': '5f2b8c1e9a7d4e6fb3c0a1d2e3f40516',
  'process.pid': 42,
  'process.executable.name': 'node',
  'process.executable.path': '/usr/local/bin/node',
  'process.command_args': ['/usr/local/bin/node', '/app/server.mjs'],
  'process.runtime.version': '24.21.0',
  'process.runtime.name': 'nodejs',
  'process.runtime.description': 'Node.js',
  'process.command': '/app/server.mjs',
  'process.owner': 'app',
  'service.name': 'assistant-api',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '2.12.0',
};

const pythonResource = {
  'telemetry.sdk.language': 'python',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '1.38.0',
  'service.name': 'agents-worker',
};

const senders: readonly (readonly [number, Sender])[] = [
  [
    40,
    {
      kind: 'langfuse-js-5',
      propagates: true,
      resource: nodeResource,
      scope: { name: 'langfuse-sdk', version: '5.11.1' },
    },
  ],
  [
    20,
    {
      kind: 'langfuse-python-4',
      propagates: true,
      resource: pythonResource,
      scope: { name: 'langfuse-sdk', version: '4.14.3' },
    },
  ],
  [
    12,
    {
      kind: 'opentelemetry',
      propagates: false,
      resource: pythonResource,
      scope: { name: 'openinference.instrumentation', version: '0.1.40' },
    },
  ],
  [28, { kind: 'legacy', propagates: true, resource: null, scope: null }],
];

export function pickSender(random: Random): Sender {
  return random.weighted(senders);
}

/** The user's plan was written for the legacy SDK. */
export const legacySender: Sender = senders[3]![1];
