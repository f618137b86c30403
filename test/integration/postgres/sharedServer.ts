import { PostgresServer } from './postgresServer.ts';

let shared: Promise<PostgresServer> | null = null;

/** The one server of this test run, started at the first call and removed after the last test. */
export function sharedServer(): Promise<PostgresServer> {
  shared ??= PostgresServer.start();
  return shared;
}

// At the root: it runs once, after all suites of the run.
after(async () => {
  const server = shared;
  shared = null;
  await (await server)?.remove();
});
