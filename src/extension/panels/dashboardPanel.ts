import * as vscode from 'vscode';
import { firstAskedOfDashboard } from '../../opening/dashboard.ts';
import type { DashboardTarget } from '../../protocol/panels.ts';
import type { Scope } from '../../protocol/scope.ts';
import { readTimeRange } from './panelGuards.ts';
import type { PanelKind } from './panelKind.ts';

/** The one dashboard. */
export const dashboardPanel: PanelKind<DashboardTarget> = {
  name: 'dashboard',
  preloads: ['plot'],
  viewType: 'langfuseMetrics.dashboard',
  title: () => vscode.l10n.t('LLM metrics'),
  key: () => '',
  firstAsked: (target, { now, timeZone }) => firstAskedOfDashboard(target, now, timeZone),
  readTarget: (value) => ({ scope: readScope(value) }),
};

/** The engine validates a scope with every question that it is part of. */
function readScope(value: unknown): Scope | null {
  const scope = typeof value === 'object' && value !== null && 'scope' in value ? value.scope : null;
  return typeof scope === 'object' && scope !== null && 'range' in scope && readTimeRange(scope.range) !== null
    ? (scope as Scope)
    : null;
}
