import * as vscode from 'vscode';
import type { ExportReport, ExportRequest } from '../../protocol/engine.ts';
import { commandIds } from '../commands/commandIds.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { ExportController } from './exportController.ts';
import { progressText, reportText } from './exportTexts.ts';

/** Exports that a person asked for: a progress notification while it runs, and one message on how it ended. */
export class ExportPresenter {
  readonly #controller: ExportController;
  readonly #numbers: Numbers;

  constructor(controller: ExportController, numbers: Numbers) {
    this.#controller = controller;
    this.#numbers = numbers;
  }

  /**
   * Runs the export, or shows the one that runs already when nothing but "bring me up to date" is asked.
   * Resolves at its end; the message on it may still be open.
   * @throws what the controller throws
   */
  async run(range: ExportRequest['range']): Promise<ExportReport> {
    const report = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Langfuse export'),
        cancellable: true,
      },
      (progress, token) => this.#showWhile(progress, token, () => this.#joinOrRun(range)),
    );
    void this.#tell(report);
    return report;
  }

  #joinOrRun(range: ExportRequest['range']): Promise<ExportReport> {
    const running = range === null ? this.#controller.join() : null;
    return running ?? this.#controller.run({ trigger: 'command', range });
  }

  async #showWhile(
    progress: vscode.Progress<{ message: string; increment?: number }>,
    token: vscode.CancellationToken,
    work: () => Promise<ExportReport>,
  ): Promise<ExportReport> {
    let shown = 0;
    const show = (): void => {
      const current = this.#controller.running?.progress;
      if (current == null) {
        return;
      }
      const increment = Math.max(0, current.fraction * 100 - shown);
      shown += increment;
      progress.report({ message: progressText(current, this.#numbers), increment });
    };
    const subscriptions = vscode.Disposable.from(
      this.#controller.onDidChange(show),
      token.onCancellationRequested(() => this.#controller.cancel()),
    );
    try {
      return await work();
    } finally {
      subscriptions.dispose();
    }
  }

  async #tell(report: ExportReport): Promise<void> {
    const text = reportText(report, this.#numbers);
    if (report.setAside.length === 0 && report.unreconciled.length === 0) {
      await vscode.window.showInformationMessage(text);
      return;
    }
    const details = vscode.l10n.t('Show details');
    if ((await vscode.window.showWarningMessage(text, details)) === details) {
      await vscode.commands.executeCommand(commandIds.showRunDetails, report.runId);
    }
  }
}
