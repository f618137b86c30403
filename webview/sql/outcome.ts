import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { PanelCommand } from '../../src/protocol/panels.ts';
import type { RunSqlAnswer, SqlTarget } from '../../src/protocol/sql.ts';
import type { Writing } from '../shared/panel.ts';
import { remedies, type Note } from '../shared/states.ts';
import type { RunState } from './statementRun.ts';

/** Milliseconds in which nothing is said about waiting. */
const patience = 150;

export interface SaidInput {
  readonly state: RunState;
  readonly answer: RunSqlAnswer | null;
  readonly answeredAt: number | null;
  readonly outdated: boolean;
  /** Newest exported moment; null when unknown. */
  readonly exportedUntil: string | null;
  readonly writing: Writing;
}

/** The one line above the rows: how many, how long it took, when; or that it still runs. */
export function saidOf({ state, answer, answeredAt, outdated, exportedUntil, writing }: SaidInput): TemplateResult {
  const { numbers, times, now } = writing;
  const waited = state.kind === 'running' ? performance.now() - state.since : 0;
  if (waited > patience) {
    return html`<span role="status">${l10n.t('Running, {0}…', numbers.duration(Math.floor(waited / 100) / 10))}</span>`;
  }
  if (answer === null || answeredAt === null) {
    return html``;
  }
  const { rows, truncated } = answer.result;
  const count = numbers.count(rows.length);
  const many = truncated ? l10n.t('first {0} rows, there are more', count) : rowsText(rows.length, count);
  const took = l10n.t('in {0}', numbers.duration(answer.milliseconds / 1000));
  const data = exportedUntil === null ? nothing : l10n.t('data up to {0}', times.moment(exportedUntil, now()));
  const age = outdated ? l10n.t('exports have changed it since {0}', times.clock(answeredAt)) : data;
  return html`<b>${many}</b> ${took}${age === nothing ? nothing : html`<span class="apart">·</span>`}<span
      class=${outdated ? 'warn' : ''}
      >${age}</span
    >`;
}

export interface ProblemInput {
  readonly state: RunState;
  /** Of what a person asked for beside the statement. */
  readonly failure: string | null;
  readonly target: SqlTarget;
  /** When the rows below were read; null when there are none. */
  readonly rowsFrom: number | null;
  readonly writing: Writing;
  readonly goTo: (position: number) => void;
  readonly run: (command: PanelCommand) => void;
}

/** What failed, where in the document, and what the rows below are. */
export function problemNote({ state, failure, target, rowsFrom, writing, goTo, run }: ProblemInput): Note | null {
  if (state.kind !== 'failed') {
    return failure === null ? null : { kind: 'error', text: failure, actions: [] };
  }
  const { error } = state;
  const { position } = error;
  const line = position === null ? null : target.origin.line + target.sql.slice(0, position).split('\n').length;
  const text = [
    line === null ? error.message : l10n.t('Line {0}: {1}', line, error.message),
    error.hint,
    rowsFrom === null ? null : l10n.t('The rows below are from {0}.', writing.times.moment(rowsFrom, writing.now())),
  ];
  const ofStatement = error.code?.startsWith('sql.') === true;
  return {
    kind: 'error',
    text: sentences(text.filter((part) => part !== null)),
    actions: [
      ...(line === null || position === null
        ? []
        : [{ label: l10n.t('Go to line {0}', line), run: () => goTo(position) }]),
      ...(ofStatement ? [] : remedies(error, run)),
    ],
  };
}

function rowsText(rows: number, count: string): string {
  return rows === 1 ? l10n.t('1 row') : l10n.t('{0} rows', count);
}

function sentences(parts: readonly string[]): string {
  return parts.map((part) => (/[.!?]$/.test(part) ? part : `${part}.`)).join(' ');
}
