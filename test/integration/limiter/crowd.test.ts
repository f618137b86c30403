import assert from 'node:assert/strict';
import { Crowd, pause } from './crowd.ts';
import { storm } from './storm.ts';

describe('the limiter under eight processes in Node and Python', function () {
  this.timeout(120_000);

  it('never lets a sliding minute hold more than its limit, nor leaves it unused, whoever is killed and however clocks are set', async () => {
    const { attempts, fullest, used } = await storm({ attempts: 10_000, speed: 20, killEveryMs: 700 });
    assert.ok(attempts >= 10_000);
    assert.ok(fullest <= 1, `a minute held ${fullest} of its limit`);
    assert.ok(used >= 0.98, `${used} of the limits was used`);
  });

  it('serves waiting processes in the order of their arrival, so that all get the same', async () => {
    const crowd = new Crowd({ job: 'line' });
    try {
      // One every 100 ms, and no two at once: with more, one who wakes sooner passes whom it does not hold up.
      crowd.limit({ provider: 'acme', model: 'paced', requests: { minute: 600 }, burst_seconds: 0.1 });
      await crowd.start(8);
      crowd.sql('CREATE TABLE arrived (place INTEGER PRIMARY KEY, ticket TEXT)');
      crowd.sql('CREATE TABLE served (place INTEGER PRIMARY KEY, ticket TEXT)');
      crowd.sql(`CREATE TRIGGER arrives AFTER INSERT ON limit_tickets
        BEGIN INSERT INTO arrived (ticket) VALUES (new.id); END`);
      crowd.sql(`CREATE TRIGGER leaves AFTER DELETE ON limit_tickets
        BEGIN INSERT INTO served (ticket) SELECT old.id FROM arrived WHERE ticket = old.id; END`);
      const before = crowd.linesByProcess('granted').map(({ length }) => length);
      while (crowd.lines('granted').length < before.reduce((sum, count) => sum + count, 0) + 88) {
        await pause(50);
      }
      const counts = crowd.linesByProcess('granted').map(({ length }, index) => length - (before[index] ?? 0));
      await crowd.end();
      const [least, most] = [Math.min(...counts), Math.max(...counts)];
      assert.ok(least >= 0.8 * most, `between ${least} and ${most}`);
      const served = crowd.sql('SELECT ticket FROM served ORDER BY place').map(({ ticket }) => ticket);
      const arrived = crowd.sql('SELECT ticket FROM arrived ORDER BY place').map(({ ticket }) => ticket);
      assert.ok(served.length >= 80);
      assert.deepEqual(served, arrived.slice(0, served.length));
    } finally {
      crowd.remove();
    }
  });

  it('counts nothing twice and loses nothing when processes are killed in the middle of their work', async () => {
    const [estimate, used, leaseSeconds, items] = [8, 5, 40, 150];
    const crowd = new Crowd({ job: 'work', speed: 20, estimate, used, leaseSeconds });
    try {
      crowd.limit(
        { provider: 'acme', model: 'calls', requests: { hour: 1_000_000 } },
        { provider: 'acme', model: 'queued', tokens: { hour: 1_000_000 } },
      );
      await crowd.start(8);
      crowd.sql('CREATE TABLE handed (number INTEGER PRIMARY KEY, request TEXT, lease TEXT, until INTEGER)');
      crowd.sql('CREATE TABLE completed (request TEXT)');
      crowd.sql(`CREATE TRIGGER hands AFTER UPDATE OF lease ON scheduled_requests WHEN new.lease IS NOT NULL
        BEGIN INSERT INTO handed (request, lease, until) VALUES (new.request_id, new.lease, new.lease_until); END`);
      crowd.sql(`CREATE TRIGGER completes AFTER UPDATE OF status ON scheduled_requests WHEN new.status = 'completed'
        BEGIN INSERT INTO completed VALUES (new.request_id); END`);
      await crowd.schedule(items, estimate);
      const completed = (): number => Number(crowd.sql('SELECT count(*) AS n FROM completed')[0]?.n);
      for (let round = 0; completed() < items || round < 12; round += 1) {
        await pause(150);
        if (round < 12) {
          crowd.killOne();
        }
      }
      await crowd.end();

      assert.deepEqual(crowd.sql('PRAGMA integrity_check').map(Object.values), [['ok']]);
      const uses = crowd.sql(`SELECT model, sum(requests) AS requests, sum(tokens) AS tokens
        FROM limit_usage JOIN limit_pools ON limit_pools.id = pool_id GROUP BY model ORDER BY model`);
      const reservations = crowd.sql(`SELECT model, count(*) AS requests,
          sum(CASE settled WHEN 1 THEN ${used} ELSE ${estimate} END) AS tokens
        FROM limit_reservations JOIN limit_pools ON limit_pools.id = pool_id GROUP BY model ORDER BY model`);
      assert.deepEqual(uses, reservations);
      assert.deepEqual(
        crowd
          .sql('SELECT count(*) AS all_of_them, count(DISTINCT request) AS different FROM completed')
          .map(Object.values),
        [[items, items]],
      );
      const early = crowd.sql(`SELECT * FROM handed AS again JOIN handed AS before USING (request)
        WHERE again.number > before.number AND again.until - ${leaseSeconds * 1000} < before.until`);
      assert.deepEqual(early, []);
      const leases = crowd.lines('started').map(([, lease]) => lease);
      assert.equal(new Set(leases).size, leases.length);
    } finally {
      crowd.remove();
    }
  });
});
