import assert from 'node:assert/strict';
import type { PromptComparison, PromptFigures, VersionComparison } from '../../../../src/protocol/analytics.ts';
import type { Engine } from '../../../../src/protocol/engine.ts';
import type { Scope } from '../../../../src/protocol/scope.ts';
import {
  byVersion,
  changeOf,
  comparedVersions,
  inPoints,
  longestCommon,
  meanText,
  qualityRow,
  shortVerdict,
  strataWithSum,
  testLine,
  topReasons,
  type ShiftRow,
  type Variant,
} from './comparisonRows.ts';
import { now } from './database.ts';
import type { ShownNumbers, TableColumn } from './shownNumbers.ts';
import * as written from './writtenNumbers.ts';

interface Pair {
  readonly baseline: Variant;
  readonly subject: Variant;
  readonly comparison: VersionComparison;
}

const { or, lines } = written;
const day = 24 * 3_600_000;
const timeZone = 'Europe/Paris';
const { clock, moment } = written.moments(timeZone);
const range = { start: new Date(now - 30 * day).toISOString(), end: new Date(now).toISOString() };
const words = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join(' ');
const few = ({ successRate }: Pick<Variant, 'successRate'>): boolean => successRate.n < 20;
const named = ({ name, labels }: Variant): string => words(name, ...labels);

/** Asks the engine what the comparison of a prompt's versions asks, and claims everything that it should say of it. */
export class ComparisonNumbers {
  readonly #engine: Pick<Engine, 'ask'>;
  readonly #shown: ShownNumbers;
  readonly #projectId: string;
  readonly #prompt: string;

  constructor(
    engine: Pick<Engine, 'ask'>,
    shown: ShownNumbers,
    { projectId, prompt }: { readonly projectId: string; readonly prompt: string },
  ) {
    this.#engine = engine;
    this.#shown = shown;
    this.#projectId = projectId;
    this.#prompt = prompt;
  }

  async claimAll(): Promise<void> {
    const { prompts } = await this.#engine.ask('prompts', { scope: this.#scope() });
    const figures = prompts.find(({ prompt }) => prompt === this.#prompt);
    assert.ok(figures !== undefined);
    const names = comparedVersions(figures);
    const asked = { scope: this.#scope(), prompt: this.#prompt };
    const answer = await this.#engine.ask('promptComparison', { ...asked, variants: names.shown });
    const of = (name: string): Variant | undefined => answer.variants.find((variant) => variant.name === name);
    const [baseline, subject] = [of(names.baseline), of(names.subject)];
    const comparison = answer.comparisons.find(({ a, b }) => a === names.baseline && b === names.subject);
    assert.ok(baseline !== undefined && subject !== undefined && comparison !== undefined);
    const pair = { baseline, subject, comparison };
    await this.#bar(figures, pair);
    await this.#verdict(answer, pair);
    await this.#success(answer, pair);
    await this.#strata(pair);
    await this.#shifts(pair);
    await this.#text(pair);
    await this.#failures(pair);
    await this.#figures(answer);
    await this.#history(answer);
  }

  #scope(promptVersions?: readonly number[]): Scope {
    const filters = { prompts: [this.#prompt], ...(promptVersions === undefined ? {} : { promptVersions }) };
    return { range, projectId: this.#projectId, filters };
  }

  async #bar(figures: PromptFigures, { baseline, subject }: Pair): Promise<void> {
    const coverage = await this.#engine.ask('coverage', { scope: { range, projectId: this.#projectId } });
    assert.ok(coverage.exportedUntil !== null);
    await this.#shown.claim('.toolbar .range', [`${moment(range.start)} – ${moment(range.end)}`]);
    const exactly = [range.start, range.end].map((instant) => written.localIso(instant, timeZone));
    await this.#shown.claim('.toolbar .range', [exactly.join(' – ')], 'title');
    await this.#shown.claim('.coverage > .quiet', [`Exported up to ${clock(coverage.exportedUntil)}`]);
    const hours = coverage.covered.reduce((sum, { start, end }) => sum + (Date.parse(end) - Date.parse(start)), 0);
    const label = `Exported: ${written.count(hours / 3_600_000)} of 720 hours`;
    await this.#shown.claim('.coverage svg', [label], 'aria-label');
    const labelsOf = (name: string): string =>
      figures.versions.find(({ version }) => `v${version}` === name)?.labels.join(', ') ?? '';
    const picked = [subject, baseline].map(({ name }) => words(name, labelsOf(name)));
    await this.#shown.claim('.versions .pick', picked);
    await this.#shown.claim(
      '.versions .pick',
      [`Version to judge: ${picked[0]}`, `Baseline: ${picked[1]}`],
      'aria-label',
    );
  }

  async #verdict(answer: PromptComparison, { baseline, subject, comparison }: Pair): Promise<void> {
    const { verdict, verdictKind, difference } = comparison;
    const isNamed = ['better', 'worse', 'alike'].includes(verdictKind);
    const versus = isNamed ? null : `${subject.name} against ${baseline.name}`;
    await this.#shown.claim('.verdict h1', [[versus, verdict].filter((part) => part !== null).join(' · ')]);
    await this.#shown.claim('.panel > [aria-live=polite]', [versus === null ? verdict : `${versus}: ${verdict}`]);
    const sizes = `n = ${written.count(subject.successRate.n)} and ${written.count(baseline.successRate.n)}`;
    const figures =
      isNamed || difference === null
        ? null
        : `${verdictKind === 'confounded' ? 'As they ran: ' : ''}${written.difference(difference.value, true)} points, ${inPoints(difference)}, ${sizes}`;
    const counts = [subject, baseline].map(
      ({ name, successRate: { count, n } }) => `${name}: ${written.count(count)} of ${written.count(n)} succeeded`,
    );
    await this.#shown.claim('.verdict > p', [
      ...(figures === null ? [] : [figures]),
      ...(few(subject) || few(baseline) ? [counts.join(' · ')] : []),
      ...testLine(comparison, answer.comparisons.length),
      ...(verdictKind === 'tooFew' ? ['Show all runs'] : []),
    ]);
    if (comparison.confounders.length > 0) {
      await this.#doubt(comparison, baseline, subject);
    }
  }

  async #doubt({ confounders, verdict }: VersionComparison, a: Variant, b: Variant): Promise<void> {
    const sentences = confounders.map(({ sentence }) => sentence).filter((sentence) => !verdict.includes(sentence));
    const mixes = confounders.map(({ variable, strata: [most] }) => {
      const did = variable === 'model' ? 'used' : 'were in';
      return most === undefined || variable === 'time'
        ? null
        : `${written.wholeShare(most.shareB)} of the runs of ${b.name} ${did} ${most.name}, ${written.wholeShare(most.shareA)} of those of ${a.name}.`;
    });
    const text = words(...sentences, ...mixes);
    await this.#shown.claim('.doubt > span:not(.icon)', [text === '' ? (confounders[0]?.sentence ?? '') : text]);
    const within = confounders
      .filter(({ variable, strata }) => variable !== 'time' && strata.length > 1)
      .map(({ strata }) => strata.filter(({ difference }) => difference !== null))
      .find((strata) => strata.length > 0)
      ?.reduce((best, one) => (Math.min(one.nA, one.nB) > Math.min(best.nA, best.nB) ? one : best));
    await this.#shown.claim('.doubt button', within === undefined ? [] : [`Compare within ${within.name}`]);
  }

  async #success(answer: PromptComparison, { baseline }: Pair): Promise<void> {
    const part = '[data-part="table.success"]';
    const rows = byVersion(answer.variants);
    const against = rows.map(
      ({ name }) => answer.comparisons.find(({ a, b }) => a === baseline.name && b === name) ?? null,
    );
    await this.#shown.claim(`${part} .caption`, [
      `bars show the 95 % interval, the mark shows the rate, the dashed line is ${baseline.name}`,
    ]);
    await this.#shown.claim(`${part} header .link`, [`${written.count(answer.variants.length)} versions…`]);
    await this.#shown.claimTable(part, [
      { head: 'Version', texts: rows.map(named), titles: rows.map(({ name, labels }) => [name, ...labels].join(', ')) },
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
        head: null,
        texts: rows.map(({ successRate: { n } }) => (n === 0 || n >= 20 ? '' : 'too few')),
      },
      {
        head: 'Points',
        texts: against.map((one) => or(one?.difference?.value, (value) => written.difference(value, true), '–')),
        titles: against.map((one) => or(one?.difference, inPoints, '')),
      },
      { head: null, texts: rows.map(() => '') },
      {
        head: 'p, adjusted',
        texts: against.map((one) => or(one?.adjustedPValue, (p) => written.pValue(p).replace(/^p =? ?/, ''), '')),
      },
      {
        head: 'Verdict',
        texts: against.map((one) => (one === null ? 'baseline' : shortVerdict(one))),
        titles: against.map((one) => one?.verdict ?? ''),
      },
    ]);
    await this.#axisLabels(part, [
      'Success rate with its 95 % interval',
      `Difference from ${baseline.name} in points, with its 95 % interval`,
    ]);
  }

  /** The names of the columns that hold pictures. */
  #axisLabels(part: string, labels: readonly string[]): Promise<void> {
    return this.#shown.claim(`${part} thead th:has(.axis)`, labels, 'aria-label');
  }

  async #strata({ baseline: { name: a }, subject: { name: b }, comparison }: Pair): Promise<void> {
    const part = '[data-part="table.strata"]';
    const [confounder] = comparison.confounders;
    if (confounder === undefined) {
      await this.#shown.claim(`${part} h2`, [`${b} against ${a} under the same conditions`]);
      return;
    }
    const kind = { model: 'within each model', environment: 'within each environment', time: 'over time' };
    const head = { model: 'Model', environment: 'Environment', time: 'Time, UTC' };
    await this.#shown.claim(`${part} h2`, [`${b} against ${a} ${kind[confounder.variable]}`]);
    const rows = strataWithSum(confounder);
    const differences = rows.map(({ difference }) => difference);
    await this.#shown.claimTable(part, [
      { head: head[confounder.variable], texts: rows.map(({ name }) => name), titles: rows.map(({ name }) => name) },
      { head: `Runs of ${a}`, texts: rows.map(({ nA }) => written.count(nA)) },
      { head: `Runs of ${b}`, texts: rows.map(({ nB }) => written.count(nB)) },
      {
        head: 'Points',
        texts: differences.map((one) => or(one, ({ value }) => written.difference(value, true), 'too few')),
      },
      { head: null, texts: rows.map(() => '') },
      {
        head: '95 % CI',
        texts: differences.map((one) =>
          or(one, ({ low, high }) => `${written.difference(low, true)} to ${written.difference(high, true)}`, ''),
        ),
      },
    ]);
    if (differences.some((one) => one !== null)) {
      await this.#axisLabels(part, [`Difference from ${a} in points, with its 95 % interval`]);
    }
  }

  async #shifts({ baseline, subject, comparison }: Pair): Promise<void> {
    const part = '[data-part="table.shifts"]';
    await this.#shown.claim(`${part} .caption`, [`${baseline.name} to ${subject.name}, medians of a run`]);
    const measures = [
      ['costUsd', 'Cost per run', written.money],
      ['inputTokens', 'Input tokens', written.count],
      ['outputTokens', 'Output tokens', written.count],
      ['latencySeconds', 'Latency p50', written.duration],
    ] as const;
    const rows = measures.flatMap(([measure, title, write]): ShiftRow[] => {
      const shift = comparison.shifts.find((one) => one.measure === measure);
      return shift === undefined ? [] : [{ ...shift, title, write, change: changeOf(shift, shift.medianA) }];
    });
    const quality = qualityRow(baseline, subject, comparison);
    const all = [...(quality === null ? [] : [quality]), ...rows];
    await this.#shown.claimTable(part, [
      {
        head: 'Measure',
        texts: all.map(({ title }) => title),
        titles: all.map(({ nA, nB }) => `n = ${written.count(nA)} and ${written.count(nB)}`),
      },
      { head: baseline.name, texts: all.map(({ medianA, write }) => or(medianA, write, 'none')) },
      { head: subject.name, texts: all.map(({ medianB, write }) => or(medianB, write, 'none')) },
      {
        head: 'Change',
        texts: all.map(({ change }) => or(change?.value, written.percentChange, '–')),
        titles: all.map(({ change, adjustedPValue }) =>
          change === null
            ? ''
            : [
                `95 % CI ${written.percentChange(change.low)} to ${written.percentChange(change.high)}`,
                ...(adjustedPValue === null ? [] : [`Mann-Whitney ${written.pValue(adjustedPValue)}, adjusted`]),
              ].join(', '),
        ),
      },
      { head: null, texts: all.map(() => '') },
      { head: 'In words', texts: all.map(({ inWords }) => inWords) },
    ]);
    await this.#axisLabels(part, [`Change in percent of ${baseline.name}, with its 95 % interval`]);
  }

  async #text({ baseline, subject }: Pair): Promise<void> {
    const part = '[data-part="text"]';
    const [left, right] = await Promise.all([baseline, subject].map((variant) => this.#linesOf(variant)));
    assert.ok(left !== undefined && right !== undefined);
    const same = longestCommon(left, right);
    await this.#shown.claim(`${part} .caption`, [
      `${baseline.name} to ${subject.name}, lines added: ${right.length - same}, removed: ${left.length - same}`,
    ]);
    await this.#shown.claim(`${part} .conditions thead th`, ['Models and configuration', baseline.name, subject.name]);
    const models = await Promise.all([baseline, subject].map((variant) => this.#modelsOf(variant)));
    await this.#shown.claim(`${part} .conditions tbody tr:first-child > *`, ['Models, by calls', ...models]);
    await this.#shown.claim(`${part} .diff`, [`Text of ${baseline.name} and ${subject.name}`], 'aria-label');
  }

  /** A template's lines; those of a chat prompt with the role over each message. */
  async #linesOf({ version }: Variant): Promise<readonly string[]> {
    assert.ok(version !== null);
    const asked = { projectId: this.#projectId, prompt: this.#prompt, version };
    const text = await this.#engine.ask('promptVersion', asked);
    assert.ok(text !== null);
    if (text.type !== 'chat') {
      return text.template.split('\n');
    }
    const messages = JSON.parse(text.template) as readonly {
      readonly role?: string;
      readonly name: string;
      readonly content: string;
    }[];
    return messages.flatMap(({ role, name, content }) =>
      role === undefined ? [`placeholder ${name}`] : [`role ${role}`, ...content.split('\n')],
    );
  }

  async #modelsOf({ version }: Variant): Promise<string> {
    assert.ok(version !== null);
    const { models, total } = await this.#engine.ask('models', { scope: this.#scope([version]) });
    return models
      .toSorted((a, b) => b.calls - a.calls)
      .map(({ model, calls }) => `${model} ${written.wholeShare(calls / total.calls)}`)
      .join(', ');
  }

  async #failures({ baseline, subject }: Pair): Promise<void> {
    const part = '[data-part="table.failures"]';
    const asked = { scope: this.#scope(), prompt: this.#prompt, version: subject.version, limit: 10 };
    const answer = await this.#engine.ask('promptFailures', asked);
    const total = written.count(answer.total);
    await this.#shown.claim(`${part} h2`, [`Failing runs of ${subject.name}`]);
    await this.#shown.claim(`${part} .caption`, [`${total} of ${written.count(subject.successRate.n)}`]);
    await this.#shown.claim(`${part} [role=radio]`, [subject.name, baseline.name, 'All versions']);
    await this.#shown.claim(`${part} header .end`, [answer.total > 10 ? `All ${total}` : '']);
    const reasons = topReasons(answer);
    await this.#shown.claim(
      `${part} .reasons > span`,
      reasons.map(({ text, count }) => `${written.count(count)} ${text}`),
    );
    await this.#shown.claim(
      `${part} .reasons > span`,
      reasons.map(({ text }) => text),
      'title',
    );
    const runs = answer.executions;
    const texts = (head: string, pick: (run: (typeof runs)[number]) => string | null): TableColumn => ({
      head,
      texts: runs.map((run) => pick(run) ?? 'not stored'),
      titles: runs.map((run) => pick(run) ?? ''),
    });
    await this.#shown.claimTable(part, [
      {
        head: 'Started',
        texts: runs.map(({ executedAt }) => moment(executedAt)),
        titles: runs.map(({ executedAt }) => written.localIso(executedAt, timeZone)),
      },
      texts('Input', ({ inputPreview }) => inputPreview),
      {
        head: 'Reason',
        texts: runs.map(({ reason }) => reason ?? 'none given'),
        titles: runs.map(({ reason, successSource }) => lines(reason, successSource)),
      },
      texts('Output', ({ outputPreview }) => outputPreview),
      {
        head: 'Model',
        texts: runs.map(({ model }) => model ?? 'unknown'),
        titles: runs.map(({ model }) => model ?? ''),
      },
    ]);
  }

  async #figures({ variants }: PromptComparison): Promise<void> {
    const rows = byVersion(variants);
    const costs = rows.map(({ costPerExecutionUsd }) => costPerExecutionUsd);
    const mean = (head: string, id: 'quality' | 'userFeedback'): TableColumn => ({
      head,
      texts: rows.map(({ [id]: one }) => meanText(one)),
      titles: rows.map(({ [id]: { low, high, n } }) =>
        low === null || high === null
          ? ''
          : `95 % CI ${written.number(low, 2)} to ${written.number(high, 2)}, n ${written.count(n)}`,
      ),
    });
    const percentile = (head: 'p50' | 'p95'): TableColumn => ({
      head,
      texts: rows.map(({ latency }) => or(latency?.[head], written.duration, 'none')),
      titles: rows.map(({ latency }) => or(latency?.n, (n) => `n ${written.count(n)}`, '')),
    });
    const tokens = (head: string, id: 'inputTokens' | 'outputTokens'): TableColumn => ({
      head,
      texts: rows.map(({ [id]: sum }) => or(sum, written.tokens, 'none')),
      titles: rows.map(({ [id]: sum }) => or(sum, written.count, '')),
    });
    await this.#shown.claimTable('[data-part="table.figures"]', [
      { head: 'Version', texts: rows.map(named) },
      mean('Quality, mean', 'quality'),
      mean('User feedback, mean', 'userFeedback'),
      percentile('p50'),
      percentile('p95'),
      tokens('Input tokens', 'inputTokens'),
      tokens('Output tokens', 'outputTokens'),
      { head: 'Cost / run', texts: costs.map((cost) => or(cost, (usd) => written.moneyOf(costs, usd), 'no price')) },
      {
        head: 'Cost',
        texts: rows.map(({ costUsd }) => or(costUsd, written.money, 'no price')),
        titles: rows.map(({ executionsWithoutCost: without }) =>
          without === 0 ? '' : `${written.count(without)} runs without price`,
        ),
      },
      {
        head: 'Last run',
        texts: rows.map(({ lastExecutedAt }) => or(lastExecutedAt, moment, 'none')),
        titles: rows.map(({ lastExecutedAt }) => or(lastExecutedAt, (at) => written.localIso(at, timeZone), '')),
      },
    ]);
  }

  async #history({ variants }: PromptComparison): Promise<void> {
    const asked = { scope: this.#scope(), prompt: this.#prompt };
    const { versions } = await this.#engine.ask('promptTrend', { ...asked, bucket: 'week', timeZone });
    const drifts = await this.#engine.ask('promptDrift', asked);
    const rows = byVersion(variants).filter(({ executions }) => executions > 0);
    const driftOf = ({ version }: Variant): (typeof drifts)[number] | undefined =>
      drifts.find((drift) => drift.version === version);
    const week = (head: string, id: 'first' | 'last'): TableColumn => {
      const rates = rows.map((row) => driftOf(row)?.[id]?.successRate ?? null);
      return {
        head,
        texts: rates.map((rate) =>
          or(rate, (one) => words(written.rate(one), one.n < 20 ? null : `n ${written.count(one.n)}`), 'none'),
        ),
        titles: rates.map((rate) => or(rate, written.interval, '')),
      };
    };
    const part = '[data-part="table.history"]';
    await this.#shown.claimTable(part, [
      { head: 'Version', texts: rows.map(named) },
      {
        head: 'Success rate over time',
        texts: rows.map((row) => {
          const points = versions.find(({ version }) => version === row.version)?.points ?? [];
          const rates = points.map(({ successRate }) => successRate.value).filter((value) => value !== null);
          if (few(row) || rates.length < 2) {
            return few(row) ? 'too few' : rates.length === 0 ? 'none' : 'too short';
          }
          return `${written.wholeShare(Math.min(...rates))} to ${written.wholeShare(Math.max(...rates))}`;
        }),
      },
      week('First week', 'first'),
      week('Last week', 'last'),
      {
        head: 'In words',
        texts: rows.map((row) => driftOf(row)?.verdict ?? ''),
        titles: rows.map((row) => driftOf(row)?.verdict ?? ''),
      },
    ]);
  }
}
