import type { DatabaseBackend } from '../../engine/config/backends.ts';
import type { BackgroundState } from '../../engine/export/background.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import type { RunningExport } from '../exports/exportController.ts';
import type { Spent } from './spending.ts';

/** What the status bar tells of. */
export interface StatusInput {
  readonly hasKeys: boolean;
  /** Name of the Langfuse project; null without keys. */
  readonly project: string | null;
  /** Where metrics go; a location of null is a server that is not connected. */
  readonly database: { readonly backend: DatabaseBackend | null; readonly location: string | null };
  readonly running: RunningExport | null;
  readonly background: BackgroundState;
  /** Milliseconds since the Unix epoch; null when this workspace has no export yet. */
  readonly lastExportAt: number | null;
  /** Null while nothing is known of today. */
  readonly spent: Spent | null;
}

/** The failure of the last background run, unless an export has succeeded since. */
export function lastFailure(background: BackgroundState, lastExportAt: number | null): ErrorData | null {
  if (background.kind === 'paused') {
    return background.error;
  }
  const run = background.kind === 'running' ? null : background.lastRun;
  return run?.outcome === 'failed' && run.endedAt > (lastExportAt ?? 0) ? run.error : null;
}
