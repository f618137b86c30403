/**
 * A PostgreSQL server with an empty database in a process of its own, for tests that run inside an
 * editor. It says how to reach it in one line of JSON and lives until its stdin ends.
 */
import { once } from 'node:events';
import { PostgresServer } from './postgresServer.ts';

const server = await PostgresServer.start();
const database = await server.createDatabase();
const { port, user, password } = server;
console.log(JSON.stringify({ host: '127.0.0.1', port, user, password, database }));
process.stdin.resume();
await once(process.stdin, 'end');
await server.remove();
