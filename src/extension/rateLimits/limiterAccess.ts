import * as vscode from 'vscode';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import type { LimiterLocation } from '../engine/limiterRpc.ts';
import { exists } from '../workspace/databaseFile.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import { rateLimitPaths } from './limitsFile.ts';

/** Which limiter this window is about: that of the folder which it exports into. */
export class LimiterAccess {
  readonly #folder: ExportFolder;
  readonly #database: Pick<MetricsDatabase, 'backend' | 'config'>;

  constructor(folder: ExportFolder, database: Pick<MetricsDatabase, 'backend' | 'config'>) {
    this.#folder = folder;
    this.#database = database;
  }

  /** @throws SetupNeeded without a folder that is trusted; EngineError database.missing as the metrics database does */
  async location(): Promise<LimiterLocation> {
    const folder = await this.#folder.require();
    const shared = (await this.#database.backend()) === 'postgres';
    return {
      workspace: folder.uri.fsPath,
      path: rateLimitPaths(folder).database,
      postgres: shared ? await this.#database.config() : null,
    };
  }

  /** False while nothing was limited in this window's folder, found out without opening anything. */
  async inUse(): Promise<boolean> {
    const folder = await this.#folder.find();
    if (folder === null) {
      return false;
    }
    const { database, limitsFile } = rateLimitPaths(folder);
    return (await exists(vscode.Uri.file(limitsFile))) || exists(vscode.Uri.file(database));
  }
}
