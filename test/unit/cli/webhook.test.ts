import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { AlertWebhook } from '../../../src/cli/webhook.ts';
import { systemClock, type Log } from '../../../src/engine/ports.ts';
import type { AlertReport, AlertState } from '../../../src/protocol/analytics.ts';

const alert = (id: string): AlertState => ({
  id,
  title: id,
  kind: 'noData',
  state: 'firing',
  level: null,
  value: 7,
  limit: 6,
  unit: 'hours',
  message: 'The last call was 7 h ago; the limit is 6 h.',
  since: null,
  period: null,
  scope: null,
});
const report = (fired: readonly string[], recovered: readonly string[] = []): AlertReport => ({
  evaluatedAt: '2026-11-23T12:00:00.000Z',
  alerts: ['a', 'b', 'c'].map(alert),
  fired,
  recovered,
});

interface Posted {
  readonly fired: readonly AlertState[];
  readonly recovered: readonly AlertState[];
}

describe('the webhook of alerts', () => {
  let server: http.Server;
  let answers: (number | 'hangUp' | { status: number; retryAfter: string })[];
  let posted: Posted[];
  let waits: number[];
  let lines: string[];
  const stop = new AbortController();

  beforeEach(async () => {
    answers = [];
    posted = [];
    waits = [];
    lines = [];
    server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const answer = answers.shift() ?? 200;
        if (answer === 'hangUp') {
          request.socket.destroy();
          return;
        }
        const { status, retryAfter } = typeof answer === 'number' ? { status: answer, retryAfter: null } : answer;
        if (status === 200) {
          assert.equal(request.method, 'POST');
          assert.equal(request.headers['content-type'], 'application/json');
          posted.push(JSON.parse(body) as Posted);
        }
        response.writeHead(status, retryAfter === null ? {} : { 'retry-after': retryAfter }).end('thanks');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (): AlertWebhook => {
    const line = (message: string): void => void lines.push(message);
    const log: Log = { trace: line, debug: line, info: line, warn: line, error: line };
    const { port } = server.address() as AddressInfo;
    return new AlertWebhook({
      url: new URL(`http://127.0.0.1:${port}/services/top-secret?token=hidden`),
      clock: {
        now: () => systemClock.now(),
        sleep: (milliseconds) => {
          waits.push(milliseconds);
          return Promise.resolve();
        },
      },
      fetch: (url, init) => fetch(url, init),
      log,
      random: () => 0.999,
    });
  };
  const ids = ({ fired, recovered }: Posted): string[][] => [fired, recovered].map((list) => list.map(({ id }) => id));

  it('tells what fires and what has recovered, and nothing when nothing is new', async () => {
    const webhook = open();
    await webhook.tell(report(['a'], ['b']), stop.signal);
    await webhook.tell(report([]), stop.signal);
    assert.deepEqual(posted.map(ids), [[['a'], ['b']]]);
    assert.equal(posted[0]?.fired[0]?.message, alert('a').message);
  });

  it('tries again, ever more patiently, and as the receiver asks', async () => {
    answers = [500, 'hangUp', 429, { status: 503, retryAfter: '7' }, { status: 503, retryAfter: '86400' }];
    await open().tell(report(['a']), stop.signal);
    assert.equal(posted.length, 1);
    assert.deepEqual(waits, [500, 999, 1998, 7000, 60_000]);
  });

  it('gives a receiver up that refuses, and tells it the next time', async () => {
    const webhook = open();
    answers = [404];
    await webhook.tell(report(['a']), stop.signal);
    assert.deepEqual([posted.length, waits.length], [0, 0]);
    await webhook.tell(report(['b'], ['a']), stop.signal);
    assert.deepEqual(posted.map(ids), [[['b'], ['a']]]);
  });

  it('gives up after a minute of trying', async () => {
    answers = Array<number>(20).fill(502);
    await open().tell(report(['a']), stop.signal);
    assert.equal(waits.length, 7);
    assert.match(lines.at(-1) ?? '', /not told of the alerts: HTTP 502/);
  });

  it('ends at once when it is stopped', async () => {
    const aborted = new AbortController();
    answers = Array<number>(20).fill(502);
    const webhook = open();
    const telling = webhook.tell(report(['a']), aborted.signal);
    aborted.abort();
    await telling;
    assert.ok(waits.length <= 1);
  });

  it('never logs more of the address than its host', async () => {
    answers = [500, 'hangUp', 404];
    await open().tell(report(['a']), stop.signal);
    assert.ok(lines.length >= 3);
    assert.ok(lines.every((line) => !/secret|hidden|token/.test(line)));
  });
});
