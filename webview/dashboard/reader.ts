import { askedByDashboard, askedFirst, dashboardQuestions } from '../../src/opening/dashboard.ts';
import type { UsageParams } from '../../src/protocol/analytics.ts';
import type { ModelColourNumbers } from '../../src/protocol/panels.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import type { Host } from '../shared/host.ts';
import type { Writing } from '../shared/panel.ts';
import { Readings } from '../shared/readings.ts';
import { namedModels } from './stackChart.ts';
import type { DashboardView } from './view.ts';

const beginning = '1970-01-01T00:00:00.000Z';

/** Asks what the dashboard shows, each answer for itself. */
export class DashboardReader {
  readonly readings: Readings<typeof dashboardQuestions>;
  readonly #host: Pick<Host, 'ask' | 'colours'>;
  readonly #writing: Writing;
  readonly #changed: () => void;
  #colouring = 0;
  #tablesDue = false;

  constructor(host: Pick<Host, 'ask' | 'colours'>, writing: Writing, changed: () => void) {
    this.#host = host;
    this.#writing = writing;
    this.#changed = changed;
    this.readings = new Readings(host, dashboardQuestions, changed, () => writing.now());
  }

  /** Something that was asked for is still on its way. */
  get pending(): boolean {
    return this.readings.pending || this.#colouring > 0 || this.#tablesDue;
  }

  /** What the key figures and the charts show is still on its way. */
  get pendingAbove(): boolean {
    return this.#colouring > 0 || askedFirst.some((name) => this.readings.get(name).pending);
  }

  /**
   * Asks for what stands above the tables; resolves when its answers are there.
   * @param coloured called with the colours of the models, as soon as it is known which are shown
   */
  async readAbove(
    view: DashboardView,
    range: TimeRange,
    coloured: (colours: ModelColourNumbers) => void,
  ): Promise<void> {
    this.#tablesDue = true;
    const asked = askedByDashboard(view, range, this.#writing.timeZone);
    const { readings } = this;
    readings.forget('newest');
    if (!view.compare) {
      readings.forget('previous');
    }
    await Promise.all([
      readings.ask('summary', asked.summary).then(() => this.#lookForNewest(view)),
      this.#readModels(view, asked.byModel, coloured),
      readings.ask('overall', asked.overall),
      ...(view.compare ? [readings.ask('previous', asked.previous)] : []),
      readings.ask('coverage', asked.coverage),
      readings.ask('projects', asked.projects),
      readings.ask('alerts', asked.alerts),
      readings.ask('spend', asked.spend),
    ]);
  }

  /** Asks for the rest, after `readAbove`. */
  async readTables(view: DashboardView, range: TimeRange): Promise<void> {
    this.#tablesDue = false;
    const { readings } = this;
    const asked = askedByDashboard(view, range, this.#writing.timeZone);
    await Promise.all([
      readings.ask('models', asked.models),
      this.readTraces(view, range),
      readings.ask('agents', asked.agents),
      readings.ask('prompts', asked.prompts),
    ]);
  }

  async readTraces(view: DashboardView, range: TimeRange): Promise<void> {
    const { traces, traceCount } = askedByDashboard(view, range, this.#writing.timeZone);
    await Promise.all([this.readings.ask('traces', traces), this.readings.ask('traceCount', traceCount)]);
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
