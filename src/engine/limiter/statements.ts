const amounts = 'requests, tokens, input_tokens, output_tokens';
const sums =
  'coalesce(sum(requests), 0) AS requests, coalesce(sum(tokens), 0) AS tokens, ' +
  'coalesce(sum(input_tokens), 0) AS input_tokens, coalesce(sum(output_tokens), 0) AS output_tokens';
/** Both dialects know CASE; each has a function of its own for the larger of two. */
const addToBucket = `ON CONFLICT (pool_id, level, starts_at) DO UPDATE SET
    last_at = CASE WHEN excluded.last_at > limit_usage.last_at THEN excluded.last_at ELSE limit_usage.last_at END,
    requests = limit_usage.requests + excluded.requests,
    tokens = limit_usage.tokens + excluded.tokens,
    input_tokens = limit_usage.input_tokens + excluded.input_tokens,
    output_tokens = limit_usage.output_tokens + excluded.output_tokens`;
const item = `id, request_id, provider, model, tier, scheduled_time, priority, status, estimated_tokens, input_tokens,
    max_output_tokens, payload, attempts, max_attempts, pool_id, place, due_at, lease, lease_until, reservation`;
const firstPlace = (status: string): string =>
  `(SELECT min(place) FROM scheduled_requests WHERE pool_id = pool.id AND status = '${status}')`;

/**
 * Every statement that a transaction of the limiter consists of. SQLite's text; PostgreSQL numbers
 * the question marks. The Python client runs the same ones.
 */
export const statements = {
  'pool.find': 'SELECT id, limits FROM limit_pools WHERE provider = ? AND model = ? AND tier = ?',
  'pool.insert': `INSERT INTO limit_pools (provider, model, tier, limits, state) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (provider, model, tier) DO NOTHING`,
  'pool.limits': 'UPDATE limit_pools SET limits = ? WHERE id = ?',
  'pool.state': 'SELECT state FROM limit_pools WHERE id = ?',
  'pool.save': 'UPDATE limit_pools SET state = ? WHERE id = ?',
  'pool.list': 'SELECT id, provider, model, tier FROM limit_pools ORDER BY id',

  'usage.add': `INSERT INTO limit_usage (pool_id, level, starts_at, last_at, ${amounts}) VALUES (?, 0, ?, ?, ?, ?, ?, ?)
    ${addToBucket}`,
  'usage.leaving': `SELECT ${sums} FROM limit_usage WHERE pool_id = ? AND level = ? AND starts_at <= ? AND last_at <= ?`,
  'usage.merge': `INSERT INTO limit_usage (pool_id, level, starts_at, last_at, ${amounts})
    SELECT pool_id, level + 1, starts_at - starts_at % ?, max(last_at),
      sum(requests), sum(tokens), sum(input_tokens), sum(output_tokens)
    FROM limit_usage WHERE pool_id = ? AND level = ? AND starts_at <= ? AND last_at <= ?
    GROUP BY 1, 2, 3
    ${addToBucket}`,
  'usage.drop': 'DELETE FROM limit_usage WHERE pool_id = ? AND level = ? AND starts_at <= ? AND last_at <= ?',
  'usage.oldest': 'SELECT last_at FROM limit_usage WHERE pool_id = ? AND level = ? ORDER BY starts_at LIMIT 1',
  'usage.page': `SELECT starts_at, last_at, ${amounts} FROM limit_usage
    WHERE pool_id = ? AND level = ? AND starts_at > ? ORDER BY starts_at LIMIT 64`,
  'usage.giveBack': `UPDATE limit_usage SET requests = requests - ?, tokens = tokens - ?,
      input_tokens = input_tokens - ?, output_tokens = output_tokens - ?
    WHERE pool_id = ? AND level = ? AND starts_at = ? RETURNING level`,
  'usage.clear': 'DELETE FROM limit_usage WHERE pool_id = ?',

  'reservation.insert': `INSERT INTO limit_reservations
      (nonce, pool_id, reserved_at, lease_until, ${amounts}, later_tokens, later_output_tokens, settled)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  'reservation.pool': `SELECT pool.id, pool.provider, pool.model, pool.tier
    FROM limit_reservations AS reservation JOIN limit_pools AS pool ON pool.id = reservation.pool_id
    WHERE reservation.id = ? AND reservation.nonce = ?`,
  'reservation.find': `SELECT reserved_at, lease_until, ${amounts}, later_tokens, later_output_tokens, settled
    FROM limit_reservations WHERE id = ?`,
  'reservation.settle': 'UPDATE limit_reservations SET settled = ? WHERE id = ?',
  'reservation.overdue': `SELECT id, lease_until, later_tokens, later_output_tokens FROM limit_reservations
    WHERE pool_id = ? AND settled = 0 AND later_output_tokens > 0 AND lease_until <= ?`,
  'reservation.nextOverdue': `SELECT min(lease_until) AS lease_until FROM limit_reservations
    WHERE pool_id = ? AND settled = 0 AND later_output_tokens > 0`,
  'reservation.open':
    'SELECT count(*) AS open FROM limit_reservations WHERE pool_id = ? AND settled = 0 AND lease_until > ?',
  'reservation.forget': `DELETE FROM limit_reservations
    WHERE id IN (SELECT id FROM limit_reservations ORDER BY id LIMIT 128)
      AND (lease_until <= ? AND (settled <> 0 OR later_output_tokens = 0) OR lease_until <= ?)`,

  'ticket.list': `SELECT id, place, seen_at, ${amounts} FROM limit_tickets WHERE pool_id = ? ORDER BY place, number`,
  'ticket.put': `INSERT INTO limit_tickets (id, pool_id, place, seen_at, ${amounts}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
  'ticket.remove': 'DELETE FROM limit_tickets WHERE id = ? RETURNING id',

  'pause.find': 'SELECT until FROM limit_pauses WHERE provider = ?',
  'pause.put': `INSERT INTO limit_pauses (provider, until) VALUES (?, ?)
    ON CONFLICT (provider) DO UPDATE SET until = excluded.until`,
  'pause.clear': 'DELETE FROM limit_pauses',
  'pause.remove': 'DELETE FROM limit_pauses WHERE provider = ?',

  'file.find': 'SELECT source, rules FROM limit_file WHERE id = 1',
  'file.put': `INSERT INTO limit_file (id, source, rules) VALUES (1, ?, ?)
    ON CONFLICT (id) DO UPDATE SET source = excluded.source, rules = excluded.rules`,

  'queue.lock': '',
  'item.insert': `INSERT INTO scheduled_requests
      (request_id, provider, model, tier, scheduled_time, created_at, priority, estimated_tokens, input_tokens,
       max_output_tokens, payload, max_attempts, pool_id, place, due_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  'item.find': `SELECT ${item} FROM scheduled_requests WHERE request_id = ?`,
  'item.move': `UPDATE scheduled_requests SET pool_id = ?
    WHERE status = 'pending' AND pool_id = ? AND provider = ? AND model = ? AND tier = ?`,
  'item.giveUp': `UPDATE scheduled_requests SET status = 'failed', error_message = ? WHERE id = ?`,
  // One look into the index for each pool, however long the queue is.
  'item.pools': `SELECT id, provider, model, tier FROM (
      SELECT id, provider, model, tier, ${firstPlace('pending')} AS first, ${firstPlace('executing')} AS leased
      FROM limit_pools AS pool
    ) AS queued
    WHERE first IS NOT NULL OR leased IS NOT NULL ORDER BY coalesce(first, leased), id`,
  'item.lost': `UPDATE scheduled_requests SET lease = NULL, lease_until = NULL, error_message = ?,
      status = CASE WHEN attempts >= max_attempts THEN 'failed' ELSE 'pending' END
    WHERE pool_id = ? AND status = 'executing' AND lease_until <= ? RETURNING id`,
  'item.due': `SELECT ${item} FROM scheduled_requests
    WHERE pool_id = ? AND status = 'pending' AND due_at <= ? AND (model = ? OR ? = '') ORDER BY place, id LIMIT 1`,
  'item.nextDue': `SELECT min(due_at) AS due_at FROM scheduled_requests
    WHERE pool_id = ? AND status = 'pending' AND (model = ? OR ? = '')`,
  'item.ahead': `SELECT estimated_tokens, input_tokens, max_output_tokens FROM scheduled_requests
    WHERE pool_id = ? AND status = 'pending' AND place <= ? AND request_id <> ? LIMIT 1000`,
  'item.leases': `SELECT min(lease_until) AS lease_until FROM scheduled_requests WHERE pool_id = ? AND status = 'executing'`,
  'item.start': `UPDATE scheduled_requests SET status = 'executing', attempts = attempts + 1, actual_execution_time = ?,
      lease = ?, lease_until = ?, reservation = ? WHERE id = ?`,
  'item.complete': `UPDATE scheduled_requests SET status = 'completed', execution_result = ?, error_message = NULL,
      lease_until = NULL WHERE id = ?`,
  'item.fail': `UPDATE scheduled_requests SET status = ?, error_message = ?, scheduled_time = ?, due_at = ?,
      lease = NULL, lease_until = NULL WHERE id = ?`,
  'item.counts': 'SELECT status, count(*) AS items FROM scheduled_requests GROUP BY status',
  'item.queued': `SELECT count(*) AS items FROM scheduled_requests WHERE pool_id = ? AND status = 'pending'`,
} as const;

export type StatementName = keyof typeof statements;
