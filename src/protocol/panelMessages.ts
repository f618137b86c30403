import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { ErrorData } from './errors.ts';
import type {
  ActionParams,
  AskParams,
  ColoursParams,
  ModelColourNumbers,
  OpenParams,
  PanelCommand,
  PanelSettings,
  PickParams,
  SaveParams,
} from './panels.ts';
import type { TimeRange } from './scope.ts';
import type { RunSqlAnswer, RunSqlParams } from './sql.ts';

/** The messages between a panel's document and the extension. Requests go from the document to the extension. */

/** A question to the engine, see questions.ts. */
export const askRequest = new RequestType<AskParams, unknown, ErrorData>('panel/ask');
/** A read-only statement of a query document. */
export const runSqlRequest = new RequestType<RunSqlParams, RunSqlAnswer, ErrorData>('panel/runSql');
export const commandRequest = new RequestType<{ readonly command: PanelCommand }, null, ErrorData>('panel/command');
export const openRequest = new RequestType<OpenParams, null, ErrorData>('panel/open');
/** The editor's own quick pick. Ids of what was chosen; null when it was dismissed. */
export const pickRequest = new RequestType<PickParams, readonly string[] | null, ErrorData>('panel/pick');
/** Two times typed into the editor's input boxes, which begin with these; null when they were dismissed. */
export const pickRangeRequest = new RequestType<TimeRange, TimeRange | null, ErrorData>('panel/pickRange');
export const copyRequest = new RequestType<{ readonly text: string }, null, ErrorData>('panel/copy');
/** Asks where to, and writes. False when that was dismissed. */
export const saveRequest = new RequestType<SaveParams, boolean, ErrorData>('panel/save');
export const coloursRequest = new RequestType<ColoursParams, ModelColourNumbers, ErrorData>('panel/colours');

/** Sent by the document when it knows by what name its tab is best found. */
export const titleNotification = new NotificationType<{ readonly title: string }>('panel/title');

/** Sent when a session begins and at each change. */
export const settingsNotification = new NotificationType<PanelSettings>('panel/settings');
/** The database may hold other data than before. */
export const dataChangedNotification = new NotificationType<null>('panel/dataChanged');
/** The open panel is to show this now. */
export const targetNotification = new NotificationType<{ readonly target: unknown }>('panel/target');
export const actionNotification = new NotificationType<ActionParams>('panel/action');
