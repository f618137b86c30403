import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit-html';
import type { Confounder } from '../../src/protocol/analytics.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import type { Column } from '../shared/table.ts';
import { scaleHead, scaleOf, withZero } from './scale.ts';
import { differenceBar } from './successTable.ts';
import { intervalInPoints, signedPoints } from './words.ts';

const width = 130;

type Difference = Confounder['strata'][number]['difference'];

/** One value of the variable, or the difference that is left at the same mix of all. */
export interface StratumRow {
  readonly name: string;
  readonly nA: number;
  readonly nB: number;
  readonly difference: Difference;
  readonly total: boolean;
}

/** The values of a variable, and at the end what is left at the same mix of them. */
export function strataRows({ strata, sameMix }: Confounder): readonly StratumRow[] {
  const rows = strata.map(({ name, nA, nB, difference }) => ({ name, nA, nB, difference, total: false }));
  const sum = (pick: (row: StratumRow) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  return sameMix === null
    ? rows
    : [
        ...rows,
        {
          name: l10n.t('Same mix'),
          nA: sum(({ nA }) => nA),
          nB: sum(({ nB }) => nB),
          difference: sameMix.difference,
          total: true,
        },
      ];
}

export function strataColumns(
  rows: readonly StratumRow[],
  { variable, names }: { readonly variable: Confounder['variable']; readonly names: readonly [a: string, b: string] },
  { numbers }: Writing,
): readonly Column<StratumRow>[] {
  const differences = rows.map(({ difference }) => difference).filter((difference) => difference !== null);
  const scale = scaleOf(withZero(differences.flatMap(({ low, high }) => [low, high])), {
    steps: [0.05, 0.1, 0.2, 0.5],
    least: -1,
    most: 1,
    width,
    mostTicks: 4,
  });
  const emphasised = (row: StratumRow, text: string): unknown => (row.total ? html`<b>${text}</b>` : text);
  return [
    {
      id: 'name',
      title: variableName(variable),
      cell: (row) => emphasised(row, row.name),
      value: ({ name }) => name,
      tooltip: ({ name }) => name,
    },
    {
      id: 'nA',
      title: l10n.t('Runs of {0}', names[0]),
      number: true,
      cell: (row) => emphasised(row, numbers.count(row.nA)),
      value: ({ nA }) => nA,
    },
    {
      id: 'nB',
      title: l10n.t('Runs of {0}', names[1]),
      number: true,
      cell: (row) => emphasised(row, numbers.count(row.nB)),
      value: ({ nB }) => nB,
    },
    {
      id: 'points',
      title: l10n.t('Points'),
      number: true,
      cell: (row) =>
        row.difference === null
          ? none(l10n.t('too few'))
          : emphasised(row, signedPoints(row.difference.value, numbers)),
      value: ({ difference }) => difference?.value ?? null,
    },
    {
      id: 'difference',
      title: l10n.t('Difference from {0} in points, with its 95 % interval', names[0]),
      head: scaleHead(
        scale,
        (tick, isLast) => `${signedPoints(tick, numbers)}${isLast ? `\u202f${l10n.t('pt')}` : ''}`,
      ),
      unsorted: true,
      picture: true,
      cell: ({ difference }) => (difference === null ? nothing : differenceBar(difference, scale)),
      value: () => null,
    },
    {
      id: 'interval',
      title: l10n.t('95 % CI'),
      className: 'wide-only quiet',
      cell: ({ difference }) =>
        difference === null
          ? nothing
          : l10n.t('{0} to {1}', signedPoints(difference.low, numbers), signedPoints(difference.high, numbers)),
      value: ({ difference }) => (difference === null ? null : intervalInPoints(difference, numbers)),
    },
  ];
}

export function variableName(variable: Confounder['variable']): string {
  switch (variable) {
    case 'model':
      return l10n.t('Model');
    case 'environment':
      return l10n.t('Environment');
    case 'time':
      return l10n.t('Time, UTC');
  }
}

/** `v7 against v6 within each model`. */
export function strataTitle(variable: Confounder['variable'] | null, a: string, b: string): string {
  switch (variable) {
    case 'model':
      return l10n.t('{0} against {1} within each model', b, a);
    case 'environment':
      return l10n.t('{0} against {1} within each environment', b, a);
    case 'time':
      return l10n.t('{0} against {1} over time', b, a);
    case null:
      return l10n.t('{0} against {1} under the same conditions', b, a);
  }
}
