import * as vscode from 'vscode';
import type { DatabaseBackend } from '../../engine/config/backends.ts';
import type { Engine, MoveReport } from '../../protocol/engine.ts';
import { rowsText } from '../exports/exportTexts.ts';
import type { Numbers } from '../../format/numbers.ts';
import { pickOne } from '../quickInput/quickInput.ts';
import type { MetricsDatabase } from './metricsDatabase.ts';
import { moveProgressText } from './moveTexts.ts';

interface MoveMetricsOptions {
  readonly engine: Pick<Engine, 'move'>;
  readonly database: MetricsDatabase;
  readonly numbers: Numbers;
}

/** How much of the source to move: traces of the last days, or everything (null). */
interface MoveExtent {
  readonly days: number | null;
}

const presetDays = [7, 30, 90] as const;

/** "Move metrics to …": copies from the one backend to the other; the source stays as it is. */
export class MoveMetrics {
  readonly #engine: Pick<Engine, 'move'>;
  readonly #database: MetricsDatabase;
  readonly #numbers: Numbers;

  constructor({ engine, database, numbers }: MoveMetricsOptions) {
    this.#engine = engine;
    this.#database = database;
    this.#numbers = numbers;
  }

  /**
   * @param given the extent, from code; without it the user is asked
   * @returns null when the user left at the question
   * @throws SetupNeeded, EngineError and, when it was cancelled, an AbortError; running it again goes on
   */
  async run(to: DatabaseBackend, given: unknown): Promise<MoveReport | null> {
    const target = await this.#database.address(to);
    const from = to === 'postgres' ? 'sqlite' : 'postgres';
    const inUse = (await this.#database.backend()) === from;
    const source = inUse ? null : await this.#database.address(from);
    const extent = asExtent(given) ?? (await askExtent(to));
    if (extent === null) {
      return null;
    }
    const report = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: titleOf(to), cancellable: true },
      (progress, token) => this.#move({ to: target, from: source, ...extent }, progress, token),
    );
    void this.#tell(to, report);
    return report;
  }

  async #move(
    request: Parameters<Engine['move']>[0],
    progress: vscode.Progress<{ message: string; increment: number }>,
    token: vscode.CancellationToken,
  ): Promise<MoveReport> {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    let shown = 0;
    try {
      return await this.#engine.move(
        request,
        (current) => {
          const increment = Math.max(0, current.fraction * 100 - shown);
          shown += increment;
          progress.report({ message: moveProgressText(current, this.#numbers), increment });
        },
        abort.signal,
      );
    } finally {
      subscription.dispose();
    }
  }

  async #tell(to: DatabaseBackend, { tables, status }: MoveReport): Promise<void> {
    if (status === 'failed') {
      const differing = tables.filter(({ verified }) => !verified).map(({ table }) => table);
      await vscode.window.showWarningMessage(
        vscode.l10n.t('After the move these tables differ: {0}. Run the command again.', differing.join(', ')),
      );
      return;
    }
    const rows = rowsText(
      tables.reduce((sum, table) => sum + table.rows, 0),
      this.#numbers,
    );
    const text = vscode.l10n.t('Moved and verified {0}. The source is unchanged.', rows);
    const use = to === 'postgres' ? vscode.l10n.t('Use PostgreSQL') : vscode.l10n.t('Use SQLite');
    const buttons = (await this.#database.backend()) === to ? [] : [use];
    if ((await vscode.window.showInformationMessage(text, ...buttons)) === use) {
      await this.#database.choose(to);
    }
  }
}

function titleOf(to: DatabaseBackend): string {
  return to === 'postgres' ? vscode.l10n.t('Moving metrics to PostgreSQL') : vscode.l10n.t('Moving metrics to SQLite');
}

async function askExtent(to: DatabaseBackend): Promise<MoveExtent | null> {
  const answer = await pickOne<MoveExtent>({
    title: titleOf(to),
    step: 1,
    totalSteps: 1,
    placeholder: vscode.l10n.t('How much to move; nothing is deleted'),
    choices: [
      { label: vscode.l10n.t('Everything'), value: { days: null } },
      ...presetDays.map((days) => ({ label: vscode.l10n.t('Last {0} days', days), value: { days } })),
    ],
  });
  return answer.kind === 'next' ? answer.value : null;
}

function asExtent(given: unknown): MoveExtent | null {
  const days = typeof given === 'object' && given !== null ? (given as { days?: unknown }).days : undefined;
  return days === null || typeof days === 'number' ? { days } : null;
}
