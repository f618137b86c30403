import assert from 'node:assert/strict';
import type { ModelFigures, PromptVersionFigures } from '../../../../src/protocol/analytics.ts';
import type { Engine } from '../../../../src/protocol/engine.ts';
import type { TracePageParams } from '../../../../src/protocol/browse.ts';
import { now } from './database.ts';
import type { ShownNumbers, TableColumn } from './shownNumbers.ts';
import * as written from './writtenNumbers.ts';

const hour = 3_600_000;
const timeZone = 'Europe/Paris';
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
const range = { start: iso(now - 168 * hour), end: iso(now) };
const before = { start: iso(now - 336 * hour), end: range.start };
export const scope = { range, projectId: null, filters: {} };
const bucketing = { bucket: '3hours', timeZone } as const;
const { day, clock, moment } = written.moments(timeZone);

const unpriced = (calls: number): string | null =>
  calls === 0 ? null : calls === 1 ? '1 call without price' : `${written.count(calls)} calls without price`;

/** Asks the engine what the dashboard asks, and claims everything that it should say of it. */
export class DashboardNumbers {
  readonly #engine: Pick<Engine, 'ask'>;
  readonly #shown: ShownNumbers;

  constructor(engine: Pick<Engine, 'ask'>, shown: ShownNumbers) {
    this.#engine = engine;
    this.#shown = shown;
  }

  async claimAll(): Promise<void> {
    await this.#scope();
    await this.#keyFigures();
    await this.#cost();
    await this.#budget();
    await this.#latencyAndRates();
    await this.#models();
    await this.#prompts();
    await this.#agents();
    await this.#traces();
  }

  async #scope(): Promise<void> {
    const coverage = await this.#engine.ask('coverage', { scope: { range, projectId: null } });
    assert.ok(coverage.exportedUntil !== null);
    await this.#shown.claim('.toolbar .range', [`${moment(range.start)} – ${moment(range.end)}`]);
    await this.#shown.claim('.coverage > .quiet', [`Exported up to ${clock(coverage.exportedUntil)}`]);
    const hours =
      coverage.covered.reduce((sum, { start, end }) => sum + (Date.parse(end) - Date.parse(start)), 0) / hour;
    await this.#shown.claim('.coverage svg', [`Exported: ${written.count(hours)} of 168 hours`], 'aria-label');
  }

  async #keyFigures(): Promise<void> {
    const { current, previous, traces, successRate, previousSuccessRate, sparklines } = await this.#engine.ask(
      'summary',
      { scope, ...bucketing },
    );
    const [latency, earlier] = [current.latency, previous.latency];
    assert.ok(latency !== null && earlier !== null && current.costUsd !== null && previous.costUsd !== null);
    assert.ok(current.totalTokens !== null && previous.totalTokens !== null);
    assert.ok(successRate.value !== null && previousSuccessRate.value !== null);
    assert.ok(current.fallbackRate.value !== null && previous.fallbackRate.value !== null);
    const difference = latency.p95 - earlier.p95;
    // Said to screen readers when the answers are there.
    await this.#shown.claim('.panel > [aria-live=polite]', [
      `${moment(range.start)} – ${moment(range.end)}: ${written.count(current.calls)} calls, ${written.money(current.costUsd)}`,
    ]);
    await this.#shown.claim('.figures b', [
      written.money(current.costUsd),
      written.count(current.calls),
      written.tokens(current.totalTokens),
      written.share(successRate.value),
      written.duration(latency.p95),
      written.share(current.fallbackRate.value),
    ]);
    await this.#shown.claim('.figures .caption', [
      'Cost',
      'Calls',
      'Tokens',
      `Success rate · n ${written.count(successRate.n)}`,
      `p95 latency · n ${written.count(latency.n)}`,
      `Fallback rate · n ${written.count(current.fallbackRate.n)}`,
    ]);
    await this.#shown.claim('.figures .change', [
      `${written.change(current.costUsd, previous.costUsd)} vs ${written.money(previous.costUsd)}`,
      `${written.change(current.calls, previous.calls)} vs ${written.count(previous.calls)}`,
      `${written.change(current.totalTokens, previous.totalTokens)} vs ${written.tokens(previous.totalTokens)}`,
      `${written.points(successRate.value - previousSuccessRate.value)} vs ${written.share(previousSuccessRate.value)}`,
      `${difference > 0 ? '▲' : '▼'} ${written.duration(Math.abs(difference))} vs ${written.duration(earlier.p95)}`,
      `${written.points(current.fallbackRate.value - previous.fallbackRate.value)} vs ${written.share(previous.fallbackRate.value)}`,
    ]);
    await this.#shown.claim(
      '.figures li',
      [
        written.lines(`$${current.costUsd}`, unpriced(current.callsWithoutCost)),
        `in ${written.count(traces)} traces`,
        written.count(current.totalTokens),
        written.interval(successRate),
        `p50 ${written.duration(latency.p50)} · p90 ${written.duration(latency.p90)} · p99 ${written.duration(latency.p99)}`,
        written.interval(current.fallbackRate),
      ],
      'title',
    );
    const { costUsd, calls, totalTokens, latencyP95, fallbackRate } = sparklines;
    await this.#shown.claim(
      '.figures .sparkline circle',
      [costUsd, calls, totalTokens, latencyP95, fallbackRate].map((values) => written.lineEnd(values, 26)),
      'cy',
    );
  }

  async #cost(): Promise<void> {
    const { series, buckets } = await this.#engine.ask('usage', { scope, ...bucketing, by: 'model' });
    const previous = await this.#engine.ask('usage', { scope: { ...scope, range: before }, ...bucketing, by: null });
    const named = series.filter(({ key }) => key !== null).slice(0, 5);
    const others = series.filter((one) => !named.includes(one));
    const groups = [...named.map((one) => [one]), others];
    const costAt = (group: typeof series, start: string): number | null =>
      sum(group.map(({ points }) => points.find((point) => point.start === start)?.costUsd ?? null));
    const names = [...named.map(({ key }) => key ?? ''), `${others.length} others`];
    const part = '[data-part="chart.stack"]';
    await this.#shown.claimTable(part, [
      { head: 'Time', texts: buckets.map(moment), titles: buckets },
      ...groups.map((group, index) => ({
        head: `${names[index]}, $`,
        texts: buckets.map((start) => written.or(costAt(group, start), written.money, 'none')),
      })),
      { head: 'Total', texts: buckets.map((start) => written.or(costAt(series, start), written.money, 'none')) },
      {
        head: 'previous 7 d, $',
        texts: buckets.map((_, index) =>
          written.or(costAt(previous.series, previous.buckets[index] ?? ''), written.money, 'none'),
        ),
      },
    ]);
    const totals = groups.map((group) => sum(buckets.map((start) => costAt(group, start))));
    const summary = await this.#engine.ask('summary', { scope, ...bucketing });
    await this.#shown.claim(`${part} .legend .name`, names);
    await this.#shown.claim(`${part} .legend .name`, names, 'title');
    await this.#shown.claim(`${part} .legend .value`, [
      ...totals.map((total) => written.or(total, written.money, 'no price')),
      written.or(summary.current.costUsd, written.money, 'no price'),
      written.or(summary.previous.costUsd, written.money, 'none'),
    ]);
  }

  async #budget(): Promise<void> {
    const { days, forecast, monthEnd } = await this.#engine.ask('spend', { timeZone, projectId: null });
    assert.ok(forecast !== null);
    const last = day(Date.parse(monthEnd) - 1);
    const about = (usd: number): string => (usd >= 10 ? `$${written.count(usd)}` : written.money(usd));
    await this.#shown.claim('[data-part="chart.budget"] .says b', [`${about(forecast.costUsd)} expected`]);
    const { low, high } = forecast.interval;
    const exact = about(low) === about(high) ? written.money : about;
    await this.#shown.claim('[data-part="chart.budget"] .says .quiet', [
      `by ${last} (80 % interval ${exact(low)} to ${exact(high)})`,
    ]);
    const dates = Array.from({ length: 30 }, (_, index) => `2026-11-${String(index + 1).padStart(2, '0')}`);
    const spent = (date: string): number | null => days.find((one) => one.date === date)?.cumulativeUsd ?? null;
    const coming = (date: string): number | null | undefined =>
      date === days.at(-1)?.date ? spent(date) : forecast.days.find((one) => one.date === date)?.cumulativeUsd;
    await this.#shown.claimTable('[data-part="chart.budget"]', [
      { head: 'Time', texts: dates.map((date) => day(`${date}T12:00:00Z`)), titles: dates },
      { head: 'spent, $', texts: dates.map((date) => written.or(spent(date), written.money, 'none')) },
      { head: 'expected, $', texts: dates.map((date) => written.or(coming(date), written.money, 'none')) },
    ]);
  }

  async #latencyAndRates(): Promise<void> {
    const { series, buckets } = await this.#engine.ask('usage', { scope, ...bucketing, by: null });
    const latencies = new Map(series[0]?.points.map(({ start, latency }) => [start, latency]));
    const time = { head: 'Time', texts: buckets.map(moment), titles: buckets };
    await this.#shown.claimTable('[data-part="chart.latency"]', [
      time,
      ...(['p50', 'p95', 'p99'] as const).map((name) => ({
        head: `${name}, s`,
        texts: buckets.map((start) => written.or(latencies.get(start)?.[name], written.duration, 'none')),
      })),
    ]);
    const { sparklines } = await this.#engine.ask('summary', { scope, ...bucketing });
    await this.#shown.claimTable('[data-part="chart.rates"]', [
      time,
      { head: 'errors, %', texts: sparklines.errorRate.map((rate) => written.or(rate, written.share, 'none')) },
      { head: 'fallbacks, %', texts: sparklines.fallbackRate.map((rate) => written.or(rate, written.share, 'none')) },
    ]);
  }

  async #models(): Promise<void> {
    const { models, total } = await this.#engine.ask('models', { scope });
    const usage = await this.#engine.ask('usage', { scope, ...bucketing, by: 'model' });
    const costs = models.map(({ costUsd }) => costUsd);
    const perThousand = (model: ModelFigures): number | null =>
      model.costPerSuccessfulCallUsd === null ? null : model.costPerSuccessfulCallUsd * 1000;
    const percentile = (name: 'p50' | 'p95'): TableColumn => ({
      head: name,
      texts: models.map(({ latency }) => written.or(latency?.[name], written.duration, 'none')),
      titles: models.map(({ latency }) =>
        latency === null
          ? ''
          : `${(['p50', 'p90', 'p95', 'p99'] as const).map((of) => `${of} ${written.duration(latency[of])}`).join(' · ')} · n ${written.count(latency.n)}`,
      ),
    });
    const rates = (head: string, name: 'errorRate' | 'fallbackRate'): TableColumn => ({
      head,
      texts: models.map(({ [name]: { value } }) => (value === null || value === 0 ? 'none' : written.share(value))),
      titles: models.map(({ [name]: rate }) => written.interval(rate)),
    });
    const part = '[data-part="table.models"]';
    await this.#shown.claimTable(part, [
      {
        head: 'Model',
        texts: models.map(({ model }) => model ?? 'no model'),
        titles: models.map(({ provider, model }) => [provider, model].filter((name) => name !== null).join(' ')),
      },
      { head: 'Calls', texts: models.map(({ calls }) => written.count(calls)) },
      {
        head: 'Tokens',
        texts: models.map(({ totalTokens }) => written.or(totalTokens, written.tokens, 'none')),
        titles: models.map(({ totalTokens }) => written.or(totalTokens, written.count, '')),
      },
      {
        head: 'Cost ↓',
        texts: costs.map((cost) => written.or(cost, (usd) => written.moneyOf(costs, usd), 'no price')),
        titles: models.map(({ costUsd, callsWithoutCost }) =>
          written.lines(written.or(costUsd, (usd) => `$${usd}`, '') || null, unpriced(callsWithoutCost)),
        ),
      },
      {
        head: 'Share of cost',
        texts: models.map(() => ''),
        titles: costs.map((cost) => (cost === null ? '' : written.share(cost / (total.costUsd ?? 0)))),
      },
      {
        head: 'Cost / 1,000 successes',
        texts: models.map((model) =>
          written.or(perThousand(model), (usd) => written.moneyOf(models.map(perThousand), usd), 'none'),
        ),
      },
      percentile('p50'),
      percentile('p95'),
      rates('Errors', 'errorRate'),
      rates('Fallbacks', 'fallbackRate'),
      { head: 'Calls over time', texts: models.map(() => '') },
    ]);
    await this.#shown.claim(`${part} .caption`, [`${models.length}, by cost`]);
    const callsOf = ({ model }: ModelFigures): readonly number[] => {
      const points = usage.series.find(({ key }) => key === model)?.points ?? [];
      return usage.buckets.map((start) => points.find((point) => point.start === start)?.calls ?? 0);
    };
    await this.#shown.claim(
      `${part} .sparkline circle`,
      models.map((model) => written.lineEnd(callsOf(model), 16)),
      'cy',
    );
  }

  async #prompts(): Promise<void> {
    const { prompts } = await this.#engine.ask('prompts', { scope });
    const rows = prompts
      .flatMap((prompt) => {
        const shown =
          prompt.versions.find(({ version }) => version !== null && version === prompt.productionVersion) ??
          prompt.versions.find(({ executions }) => executions > 0);
        return shown === undefined ? [] : [{ prompt: prompt.prompt, ...shown }];
      })
      .sort((a, b) => (b.costUsd ?? -1) - (a.costUsd ?? -1) || b.executions - a.executions);
    const costs = rows.map(({ costPerExecutionUsd }) => costPerExecutionUsd);
    const versionOf = ({ version }: PromptVersionFigures): string => (version === null ? 'unknown' : `v${version}`);
    const part = '[data-part="table.prompts"]';
    // The scale over the pictures begins at 0 where an interval does not fit above 50.
    const from = rows.some(({ successRate: { low, n } }) => low !== null && low < 0.5 && n >= 20) ? 0 : 50;
    await this.#shown.claimTable(part, [
      { head: 'Prompt', texts: rows.map(({ prompt }) => prompt), titles: rows.map(({ prompt }) => prompt) },
      { head: 'Version', texts: rows.map(versionOf), titles: rows.map(({ labels }) => labels.join(', ')) },
      { head: 'Runs', texts: rows.map(({ executions }) => written.count(executions)) },
      {
        head: 'Scored',
        texts: rows.map(({ successRate: { n } }) => (n === 0 ? 'none' : written.count(n))),
        titles: rows.map(({ successSources }) => successSources.join(', ')),
      },
      {
        head: 'Success',
        texts: rows.map(({ successRate }) => written.rate(successRate)),
        titles: rows.map(({ successRate }) => written.interval(successRate)),
      },
      {
        head: `${from}100 %`,
        texts: rows.map(({ successRate: { n } }) => (n === 0 || n >= 20 ? '' : 'too few')),
      },
      {
        head: 'Cost / run',
        texts: costs.map((cost) => written.or(cost, (usd) => written.moneyOf(costs, usd), 'no price')),
      },
      {
        head: 'p95',
        texts: rows.map(({ latency }) => written.or(latency?.p95, written.duration, 'none')),
        titles: rows.map(({ latency }) => written.or(latency?.n, (n) => `n ${written.count(n)}`, '')),
      },
    ]);
    await this.#shown.claim(
      `${part} .link`,
      rows
        .filter(({ version }) => version !== null)
        .map((row) => `${versionOf(row)}, Compare the versions of ${row.prompt}`),
      'aria-label',
    );
    await this.#shown.claim(
      `${part} th:nth-child(6)`,
      [`Success rate with its 95 % interval, ${from} % to 100 %`],
      'aria-label',
    );
  }

  async #agents(): Promise<void> {
    const { agents } = await this.#engine.ask('agents', { scope });
    const costs = agents.map(({ costPerSuccessfulTaskUsd }) => costPerSuccessfulTaskUsd);
    await this.#shown.claimTable('[data-part="table.agents"]', [
      { head: 'Agent', texts: agents.map(({ agent }) => agent), titles: agents.map(({ agent }) => agent) },
      { head: 'Tasks', texts: agents.map(({ tasks }) => written.count(tasks)) },
      {
        head: 'Success',
        texts: agents.map(({ successRate }) => written.rate(successRate)),
        titles: agents.map(({ successRate }) => written.interval(successRate)),
      },
      {
        head: 'Cost / success',
        texts: costs.map((cost) => written.or(cost, (usd) => written.moneyOf(costs, usd), 'none')),
      },
      {
        head: 'p95',
        texts: agents.map(({ duration }) => written.or(duration?.p95, written.duration, 'none')),
        titles: agents.map(({ duration }) => written.or(duration?.n, (n) => `n ${written.count(n)}`, '')),
      },
      {
        head: 'Steps, mean',
        texts: agents.map(({ llmCallsPerTask }) =>
          written.or(llmCallsPerTask, (mean) => written.number(mean, 1), 'none'),
        ),
      },
    ]);
  }

  async #traces(): Promise<void> {
    const filter = { scope };
    const asked: TracePageParams = { filter, grouping: 'day', timeZone, order: 'dearest', limit: 10 };
    const { traces } = await this.#engine.ask('traces', asked);
    const all = await this.#engine.ask('traceCount', { filter });
    const costs = traces.map(({ costUsd }) => costUsd);
    const outcome = (count: number, name: string): readonly string[] =>
      count === 0 ? [] : [`${written.count(count)} ${name}${count === 1 ? '' : 's'}`];
    const part = '[data-part="table.traces"]';
    await this.#shown.claimTable(part, [
      {
        head: 'Started',
        texts: traces.map(({ startedAt }) => moment(startedAt)),
        // Local time with its offset; in November Paris is an hour ahead.
        titles: traces.map(({ startedAt }) => iso(Date.parse(startedAt) + hour).replace('Z', '+01:00')),
      },
      {
        head: 'Trace',
        texts: traces.map(({ name }) => name ?? 'no name'),
        titles: traces.map(({ name, id }) => written.lines(name, id)),
      },
      { head: 'User', texts: traces.map(({ userId }) => userId ?? 'none') },
      { head: 'Session', texts: traces.map(({ sessionId }) => sessionId ?? 'none') },
      {
        head: 'Duration',
        texts: traces.map(({ durationSeconds }) => written.or(durationSeconds, written.duration, 'none')),
      },
      {
        head: 'Tokens',
        texts: traces.map(({ tokens }) => written.or(tokens, written.tokens, 'none')),
        titles: traces.map(({ tokens }) => written.or(tokens, written.count, '')),
      },
      {
        head: 'Cost ↓',
        texts: costs.map((cost) => written.or(cost, (usd) => written.moneyOf(costs, usd), 'no price')),
        titles: costs.map((cost) => written.or(cost, (usd) => `$${usd}`, '')),
      },
      {
        head: 'Outcome',
        texts: traces.map(
          ({ errors, fallbacks }) =>
            [...outcome(errors, 'error'), ...outcome(fallbacks, 'fallback')].join(', ') || 'ok',
        ),
      },
    ]);
    await this.#shown.claim(`${part} .link.end`, [`All ${written.count(all.traces)} traces`]);
  }
}

/** The sum of what is known; null when nothing is. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
