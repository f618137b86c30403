import * as l10n from '@vscode/l10n';
import type { Host } from '../shared/host.ts';
import { byColumns, splitColumns, valueColumns, type ChartChoice, type ChartWish } from './chartChoice.ts';
import type { ResultColumn } from './resultColumns.ts';

const noSplit = 'none';

/** Asks in the editor's quick pick for one column of a chart. Null when the person left. */
export async function pickChart(
  host: Pick<Host, 'pick'>,
  what: 'value' | 'by' | 'split',
  choice: ChartChoice,
  columns: readonly ResultColumn[],
): Promise<ChartWish | null> {
  const titles = {
    value: l10n.t('What is drawn'),
    by: l10n.t('What stands under it'),
    split: l10n.t('What it is split by'),
  };
  const offered = {
    value: () => valueColumns(columns),
    by: () => byColumns(columns),
    split: () => splitColumns(columns, { index: choice.by }, { index: choice.value }),
  }[what]();
  const items = offered.map(({ index, name, kind }) => ({
    id: String(index),
    label: name,
    description: kind,
    picked: choice[what] === index,
  }));
  const none = what === 'split' ? [{ id: noSplit, label: l10n.t('nothing') }] : [];
  const picked = await host.pick({
    title: titles[what],
    placeholder: l10n.t('A column of the result'),
    items: [...none, ...items],
    many: false,
  });
  const [id] = picked ?? [];
  return id === undefined ? null : { [what]: id === noSplit ? null : Number(id) };
}
