import * as vscode from 'vscode';
import { firstAskedOfTrace } from '../../opening/trace.ts';
import type { TraceTarget } from '../../protocol/panels.ts';
import { subjectOf } from '../traces/traceCommands.ts';
import type { PanelKind } from './panelKind.ts';

/** Characters of an id that tell it from others at a glance. */
const shortId = 8;

/** One panel a trace; its tab has the trace's name once that was read. */
export const tracePanel: PanelKind<TraceTarget> = {
  name: 'trace',
  viewType: 'langfuseMetrics.trace',
  title: ({ traceId }) => vscode.l10n.t('Trace {0}', traceId.slice(0, shortId)),
  titledByDocument: true,
  key: ({ projectId, traceId }) => JSON.stringify([projectId, traceId]),
  firstAsked: firstAskedOfTrace,
  readTarget: subjectOf,
};
