import type { ActionParams, PanelAction } from '../../protocol/panels.ts';
import { commandIds, type CommandId } from '../commands/commandIds.ts';
import type { Commands } from '../commands/commands.ts';

const commandOf: Readonly<Record<PanelAction, CommandId>> = {
  addFilter: commandIds.panelAddFilter,
  clearFilters: commandIds.panelClearFilters,
  toggleTable: commandIds.panelToggleTable,
  compare: commandIds.panelCompare,
  openAsSql: commandIds.panelOpenAsSql,
  copyTable: commandIds.panelCopyTable,
  saveCsv: commandIds.panelSaveCsv,
  saveImage: commandIds.panelSaveImage,
};

/** Registers the commands that the panel in front carries out: palette and context menus lead to them. */
export function registerPanelActions(commands: Commands, act: (params: ActionParams) => void): void {
  for (const [action, id] of Object.entries(commandOf)) {
    commands.register(id, (menu) => act({ action: action as PanelAction, part: partOf(menu) }));
  }
}

/** What the document said in `data-vscode-context` where a context menu was opened; the palette says nothing. */
function partOf(menu: unknown): string | null {
  const part = typeof menu === 'object' && menu !== null && 'metricsPart' in menu ? menu.metricsPart : null;
  return typeof part === 'string' ? part : null;
}
