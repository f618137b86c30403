import type { UsageParams } from '../../src/protocol/analytics.ts';
import type { ModelColourNumbers } from '../../src/protocol/panels.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import type { Host } from '../shared/host.ts';
import type { Writing } from '../shared/panel.ts';
import { rangeBefore } from '../shared/period.ts';
import { Readings } from '../shared/readings.ts';
import { questions } from './questions.ts';
import { namedModels } from './stackChart.ts';
import { tracesAsked } from './tracesTable.ts';
import { askedScope, bucketOf, type DashboardView } from './view.ts';

const beginning = '1970-01-01T00:00:00.000Z';
/** Projects are few; the other facets are asked when a filter is added. */
const facetLimit = 200;

/** What the key figures and the charts show, which stand above the tables. */
const above = ['summary', 'byModel', 'overall', 'previous', 'coverage', 'alerts', 'spend'] as const;

/** Asks what the dashboard shows, all at once, each answer for itself. */
export class DashboardReader {
  readonly readings: Readings<typeof questions>;
  readonly #host: Pick<Host, 'ask' | 'colours'>;
  readonly #writing: Writing;
  readonly #changed: () => void;
  #colouring = 0;

  constructor(host: Pick<Host, 'ask' | 'colours'>, writing: Writing, changed: () => void) {
    this.#host = host;
    this.#writing = writing;
    this.#changed = changed;
    this.readings = new Readings(host, questions, changed, () => writing.now());
  }

  /** Something that was asked for is still on its way. */
  get pending(): boolean {
    return this.readings.pending || this.#colouring > 0;
  }

  /** What the key figures and the charts show is still on its way. */
  get pendingAbove(): boolean {
    return this.#colouring > 0 || above.some((name) => this.readings.get(name).pending);
  }

  /**
   * Resolves when all answers are there. They come in the order of the questions: what no rollup holds
   * (traces, tasks, executions) is asked for last.
   * @param coloured called with the colours of the models, as soon as it is known which are shown
   */
  async read(view: DashboardView, range: TimeRange, coloured: (colours: ModelColourNumbers) => void): Promise<void> {
    const scope = askedScope(view.scope, range);
    const { timeZone } = this.#writing;
    const bucketing = { bucket: bucketOf(view.scope, range), timeZone };
    const { readings } = this;
    const project = { projectId: view.scope.projectId };
    readings.forget('newest');
    if (!view.compare) {
      readings.forget('previous');
    }
    await Promise.all([
      readings.ask('summary', { scope, ...bucketing }).then(() => this.#lookForNewest(view)),
      this.#readModels(view, { scope, ...bucketing, by: 'model', latency: false }, coloured),
      readings.ask('overall', { scope, ...bucketing, by: null }),
      ...(view.compare
        ? [
            readings.ask('previous', {
              scope: { ...scope, range: rangeBefore(range) },
              ...bucketing,
              by: null,
              latency: false,
            }),
          ]
        : []),
      readings.ask('coverage', { scope: { range, ...project } }),
      readings.ask('projects', { scope: { range }, limit: facetLimit, of: ['projects'] }),
      readings.ask('alerts', {}),
      readings.ask('spend', { timeZone, ...project }),
      readings.ask('models', { scope }),
      this.readTraces(view, range),
      readings.ask('agents', { scope }),
      readings.ask('prompts', { scope }),
    ]);
  }

  async readTraces(view: DashboardView, range: TimeRange): Promise<void> {
    const asked = tracesAsked(askedScope(view.scope, range), view.traceList, this.#writing.timeZone);
    await Promise.all([
      this.readings.ask('traces', asked),
      this.readings.ask('traceCount', { filter: { scope: asked.filter.scope } }),
    ]);
  }

  /** Models and their colours, which are drawn together. */
  async #readModels(
    view: DashboardView,
    params: UsageParams,
    coloured: (colours: ModelColourNumbers) => void,
  ): Promise<void> {
    this.#colouring += 1;
    try {
      await this.readings.ask('byModel', params);
      const models = namedModels(this.readings.get('byModel').answer);
      const colours = await this.#host.colours({ projectId: view.scope.projectId, models });
      coloured(colours);
    } finally {
      this.#colouring -= 1;
    }
    this.#changed();
  }

  /** Where there is nothing, people ask where there is something. */
  async #lookForNewest(view: DashboardView): Promise<void> {
    const summary = this.readings.get('summary').answer;
    if (summary === null || summary.current.calls > 0 || summary.traces > 0) {
      return;
    }
    const end = new Date(this.#writing.now()).toISOString();
    const range = { start: beginning, end };
    await this.readings.ask('newest', {
      filter: { scope: { range, projectId: view.scope.projectId } },
      grouping: 'day',
      timeZone: this.#writing.timeZone,
      order: 'newest',
      limit: 1,
    });
  }
}
