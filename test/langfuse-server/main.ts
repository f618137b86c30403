import { parseArgs } from 'node:util';
import { startLangfuseServer } from './server.ts';
import type { FaultRule } from './http/faults.ts';
import type { LangfuseServerOptions } from './options.ts';

/**
 * Runs the stand-in as a process of its own: prints one JSON line with its address and keys, and
 * serves until SIGTERM or SIGINT. Options are those of LangfuseServerOptions; `--end now` ends the
 * data at this moment, `--warm FIELDS` serialises all rows beforehand.
 */
async function main(): Promise<void> {
  const { options, warm } = readOptions();
  const server = await startLangfuseServer(options);
  if (warm !== undefined) server.warm(warm);
  const { url, publicKey, secretKey, projectId } = server;
  console.log(JSON.stringify({ url, publicKey, secretKey, projectId }));
  const stop = (): void => void server.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

const numbers = [
  'port',
  'seed',
  'observations',
  'days',
  'text-bytes',
  'huge-texts',
  'huge-text-bytes',
  'resent',
  'late',
  'late-after-requests',
  'rate-window-seconds',
  'max-response-bytes',
  'too-large-status',
  'retention-days',
  'continuation',
  'latency-ms',
  'ingestion-delay-ms',
  'cache-bytes',
] as const;
const texts = ['generation', 'version', 'plan', 'public-key', 'secret-key', 'key-type', 'project-id'] as const;
const flags = ['cloud', 'numbers-as-strings', 'no-gzip'] as const;

function readOptions(): { options: Partial<LangfuseServerOptions>; warm: string | undefined } {
  const strings = Object.fromEntries(
    [...numbers, ...texts, 'end', 'faults', 'warm'].map((name) => [name, { type: 'string' as const }]),
  );
  const booleans = Object.fromEntries(flags.map((name) => [name, { type: 'boolean' as const }]));
  const { values } = parseArgs({ options: { ...strings, ...booleans } });
  const given: Record<string, unknown> = {};
  for (const name of numbers) if (values[name] !== undefined) given[camelCase(name)] = Number(values[name]);
  for (const name of texts) if (values[name] !== undefined) given[camelCase(name)] = values[name];
  if (values.cloud === true) given.cloud = true;
  if (values['numbers-as-strings'] === true) given.numbersAsStrings = true;
  if (values['no-gzip'] === true) given.gzip = false;
  if (typeof values.end === 'string') given.end = values.end === 'now' ? Date.now() : Date.parse(values.end);
  if (typeof values.faults === 'string') given.faults = JSON.parse(values.faults) as FaultRule[];
  const warm = typeof values.warm === 'string' ? values.warm : undefined;
  return { options: given, warm };
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
}

await main();
