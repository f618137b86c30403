import type { Host } from '../shared/host.ts';
import { toCsv, toTsv, type TextTable } from '../shared/tableText.ts';
import { chartParts, type ChartPart, type DashboardCharts } from './charts.ts';
import type { DashboardTables } from './tables.ts';

/** What people take out of the dashboard: a part as text for the clipboard, as a CSV file, as a picture. */
export class Takeaway {
  readonly #host: Pick<Host, 'copy' | 'save'>;
  readonly #charts: DashboardCharts;
  readonly #tables: DashboardTables;

  constructor(host: Pick<Host, 'copy' | 'save'>, charts: DashboardCharts, tables: DashboardTables) {
    this.#host = host;
    this.#charts = charts;
    this.#tables = tables;
  }

  /** The chart that was named, else the one with the focus, else the first. */
  chartPart(part: string | null): ChartPart {
    const named = part ?? focusedPart();
    return chartParts.find((one) => one === named) ?? 'chart.stack';
  }

  /** The table or chart that was named, else the one with the focus, else the first chart. */
  textOf(part: string | null): TextTable {
    const table = this.#tables.get(part ?? focusedPart() ?? '');
    return table === null ? this.#charts.views[this.chartPart(part)].text : table.text;
  }

  async copy(table: TextTable): Promise<void> {
    await this.#host.copy(toTsv(table));
  }

  async saveCsv(part: string | null): Promise<void> {
    const named = part ?? focusedPart() ?? 'chart.stack';
    await this.#host.save({ name: `${fileName(named)}.csv`, content: toCsv(this.textOf(part)), encoding: 'utf8' });
  }

  async saveImage(part: string | null): Promise<void> {
    const chart = this.chartPart(part);
    const content = this.#charts.views[chart].image();
    await this.#host.save({ name: `${fileName(chart)}.png`, content, encoding: 'base64' });
  }
}

function focusedPart(): string | null {
  return document.activeElement?.closest<HTMLElement>('[data-part]')?.dataset.part ?? null;
}

/** `langfuse-models` of `table.models`. */
function fileName(part: string): string {
  return `langfuse-${part.replace(/^\w+\./, '')}`;
}
