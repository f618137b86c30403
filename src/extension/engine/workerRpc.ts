import { NotificationType, RequestType0 } from 'vscode-jsonrpc';
import type { Log } from '../../engine/ports.ts';
import type { ErrorData } from '../../protocol/errors.ts';

/** Ends every call that is under way, saves and releases what is open. */
export const closeRequest = new RequestType0<null, ErrorData>('worker/close');

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
}
export const logNotification = new NotificationType<LogLine>('worker/log');

/** The response code of the Language Server Protocol for a call that its caller cancelled. */
export const requestCancelled = -32800;

/** What every worker is born with. */
export interface WorkerData {
  /** The translations of the editor's language; null for English. */
  readonly translations: Readonly<Record<string, string>> | null;
}
