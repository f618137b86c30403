import * as l10n from '@vscode/l10n';
import type { QueryResult } from '../../src/protocol/engine.ts';
import type { ChartView } from '../shared/chart/chartView.ts';
import type { Host } from '../shared/host.ts';
import { toCsv, toTsv, type TextTable } from '../shared/tableText.ts';
import { toMarkdown } from './markdownTable.ts';
import { isNumeric, type ResultColumn } from './resultColumns.ts';

type Format = 'tsv' | 'markdown' | 'csv';

/** What people take out of a result, in the order in which they see it, with exact values. */
export class ResultTakeaway {
  readonly #host: Pick<Host, 'copy' | 'save' | 'pick'>;

  constructor(host: Pick<Host, 'copy' | 'save' | 'pick'>) {
    this.#host = host;
  }

  table({ columns, rows }: QueryResult, order: readonly number[]): TextTable {
    return { heads: columns, rows: order.flatMap((index) => (rows[index] === undefined ? [] : [rows[index]])) };
  }

  /** As what spreadsheets paste. */
  copyText(table: TextTable): Promise<void> {
    return this.#host.copy(toTsv(table));
  }

  /** Asks for the format. False when the person left. */
  async copyAs(result: QueryResult, order: readonly number[], columns: readonly ResultColumn[]): Promise<boolean> {
    const picked = await this.#host.pick({
      title: l10n.t('Copy all rows'),
      placeholder: l10n.t('As what?'),
      items: [
        { id: 'tsv', label: 'TSV', description: l10n.t('for spreadsheets') },
        { id: 'markdown', label: 'Markdown', description: l10n.t('for issues and chats') },
        { id: 'csv', label: 'CSV', description: l10n.t('for files') },
      ],
      many: false,
    });
    const format = picked?.[0] as Format | undefined;
    if (format === undefined) {
      return false;
    }
    const table = this.table(result, order);
    const isNumber = (index: number): boolean => columns[index] !== undefined && isNumeric(columns[index]);
    const writers = { tsv: toTsv, csv: toCsv, markdown: (text: TextTable) => toMarkdown(text, isNumber) };
    await this.#host.copy(writers[format](table));
    return true;
  }

  async saveCsv(title: string, result: QueryResult, order: readonly number[]): Promise<void> {
    const content = toCsv(this.table(result, order));
    await this.#host.save({ name: `${fileName(title)}.csv`, content, encoding: 'utf8' });
  }

  async saveImage(chart: ChartView): Promise<void> {
    await this.#host.save({ name: 'langfuse-query.png', content: chart.image(), encoding: 'base64' });
  }
}

/** Letters and digits of a title, for a name that every file system takes. */
function fileName(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replaceAll(/[^\w]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return plain === '' ? 'langfuse-query' : plain;
}
