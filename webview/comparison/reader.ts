import type { ComparisonTarget } from '../../src/protocol/panels.ts';
import type { Scope, TimeRange } from '../../src/protocol/scope.ts';
import type { Host } from '../shared/host.ts';
import type { Writing } from '../shared/panel.ts';
import { Readings } from '../shared/readings.ts';
import { questions } from './questions.ts';
import { chooseVersions, promptOfAnswer, versionNumber, type ChosenVersions } from './versions.ts';
import { askedScope, trendBucket, type ComparisonView } from './view.ts';

const beginning = '1970-01-01T00:00:00.000Z';
/** Failing runs of the list before it is unfolded, and after. */
export const fewFailures = 10;
const mostFailures = 1000;

/** Asks what the comparison shows: the versions first, since the other questions are about some of them. */
export class ComparisonReader {
  readonly readings: Readings<typeof questions>;
  readonly #target: ComparisonTarget;
  readonly #writing: Writing;

  constructor(host: Pick<Host, 'ask'>, target: ComparisonTarget, writing: Writing, changed: () => void) {
    this.#target = target;
    this.#writing = writing;
    this.readings = new Readings(host, questions, changed, () => writing.now());
  }

  /** The versions that are compared now; null while there are none. */
  chosen({ scope }: ComparisonView): ChosenVersions | null {
    const prompt = promptOfAnswer(this.readings.get('versions').answer, this.#target);
    return prompt === null ? null : chooseVersions(prompt, scope.versions);
  }

  /** Resolves when all answers are there. */
  async read(view: ComparisonView, range: TimeRange): Promise<void> {
    const scope = askedScope(view.scope, range, this.#target);
    const { projectId } = this.#target;
    await Promise.all([
      this.readings.ask('coverage', { scope: { range, projectId } }),
      this.readings.ask('versions', { scope }).then(() => this.#readVersions(view, range, scope)),
    ]);
  }

  /** What is shown of the baseline and of the version that the verdict is about, and of no other. */
  async readPair(view: ComparisonView, range: TimeRange): Promise<void> {
    const chosen = this.chosen(view);
    if (chosen === null) {
      return;
    }
    const scope = askedScope(view.scope, range, this.#target);
    await Promise.all([
      this.readFailures(view, range),
      this.#readVersion('baselineText', 'baselineModels', chosen.baseline, scope),
      this.#readVersion('subjectText', 'subjectModels', chosen.subject, scope),
    ]);
  }

  async readFailures(view: ComparisonView, range: TimeRange): Promise<void> {
    const chosen = this.chosen(view);
    if (chosen === null) {
      return;
    }
    const name = view.failuresOf === 'baseline' ? chosen.baseline : (chosen.subject ?? chosen.baseline);
    await this.readings.ask('failures', {
      scope: askedScope(view.scope, range, this.#target),
      prompt: this.#target.prompt,
      ...(view.failuresOf === 'all' ? {} : { version: versionNumber(name) }),
      limit: view.allFailures ? mostFailures : fewFailures,
    });
  }

  /** Hours from the prompt's first run to now; null when it never ran. */
  async hoursOfHistory(): Promise<number | null> {
    await this.#readEver();
    const versions = promptOfAnswer(this.readings.get('ever').answer, this.#target)?.versions ?? [];
    const first = versions.flatMap(({ firstExecutedAt }) => firstExecutedAt ?? []).toSorted()[0];
    const day = 24;
    return first === undefined ? null : Math.ceil((this.#writing.now() - Date.parse(first)) / 3_600_000 / day) * day;
  }

  async #readVersions(view: ComparisonView, range: TimeRange, scope: Scope): Promise<void> {
    const { readings } = this;
    const prompt = promptOfAnswer(readings.get('versions').answer, this.#target);
    const chosen = this.chosen(view);
    if (prompt === null || prompt.executions === 0) {
      await this.#readEver();
    }
    if (chosen === null) {
      return;
    }
    const asked = { scope, prompt: this.#target.prompt };
    const { timeZone } = this.#writing;
    await Promise.all([
      readings.ask('comparison', { ...asked, variants: chosen.shown }),
      readings.ask('trend', { ...asked, bucket: trendBucket(range), timeZone }),
      readings.ask('drift', asked),
      this.readPair(view, range),
    ]);
  }

  async #readVersion(
    text: 'baselineText' | 'subjectText',
    models: 'baselineModels' | 'subjectModels',
    name: string | null,
    scope: Scope,
  ): Promise<void> {
    const version = name === null ? null : versionNumber(name);
    if (version === null) {
      this.readings.forget(text);
      this.readings.forget(models);
      return;
    }
    const { projectId, prompt } = this.#target;
    await Promise.all([
      this.readings.ask(text, { projectId, prompt, version }),
      this.readings.ask(models, { scope: { ...scope, filters: { ...scope.filters, promptVersions: [version] } } }),
    ]);
  }

  async #readEver(): Promise<void> {
    const { projectId, prompt } = this.#target;
    const range = { start: beginning, end: new Date(this.#writing.now()).toISOString() };
    await this.readings.ask('ever', { scope: { range, projectId, filters: { prompts: [prompt] } } });
  }
}
