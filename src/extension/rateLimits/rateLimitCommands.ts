import * as vscode from 'vscode';
import type { AcquireResult, LimiterStatus, PoolFilter, ReportResult } from '../../protocol/limiter.ts';
import type { RemoteLimiter } from '../engine/limiterRpc.ts';
import type { RateLimitSubject } from './rateLimitNodes.ts';
import { readAcquire, readFilter, readReport } from './rateLimitRequests.ts';
import { rateLimitSnippet, snippetLanguages, type SnippetLanguage } from './rateLimitSnippets.ts';

/** Which counters a command is about: a provider with all of its models, or one model. */
type Target = PoolFilter & { readonly provider: string };

interface TargetPick extends vscode.QuickPickItem {
  readonly target: Target;
}

export interface RateLimitCommandsOptions {
  readonly limiter: RemoteLimiter;
  /** After each change, so that the view shows it at once. */
  readonly refresh: () => Promise<void>;
}

/** The commands on rate limits: for other extensions and tasks, for rows of the view, and for the palette. */
export class RateLimitCommands {
  readonly #limiter: RemoteLimiter;
  readonly #refresh: () => Promise<void>;

  constructor({ limiter, refresh }: RateLimitCommandsOptions) {
    this.#limiter = limiter;
    this.#refresh = refresh;
  }

  /** @throws EngineError as Limiter.acquire does, limits.invalid for an argument that is none */
  acquire(argument: unknown): Promise<AcquireResult> {
    return this.#limiter.acquire(readAcquire(argument));
  }

  /** @throws EngineError as Limiter.report does, limits.invalid for an argument that is none */
  report(argument: unknown): Promise<ReportResult> {
    return this.#limiter.report(readReport(argument));
  }

  /** @throws EngineError limits.invalid for an argument that is none */
  status(argument: unknown): Promise<LimiterStatus> {
    return this.#limiter.status(readFilter(argument));
  }

  /** Stops the calls of a provider or of a model until they are resumed. */
  async pause(argument: unknown): Promise<void> {
    const place = vscode.l10n.t('Which calls to pause?');
    await this.#change(argument, place, (target) => this.#limiter.pause(target));
  }

  async resume(argument: unknown): Promise<void> {
    const place = vscode.l10n.t('Which calls to let pass again?');
    await this.#change(argument, place, (target) => this.#limiter.resume(target));
  }

  /** Forgets what was used; who did not name it in code is asked first. */
  async reset(argument: unknown): Promise<void> {
    await this.#change(argument, vscode.l10n.t('Which counters to reset?'), async (target, named) => {
      if (named || (await confirmReset(target))) {
        await this.#limiter.reset(target);
      }
    });
  }

  /**
   * Copies code that keeps a script within the limits.
   * @param argument a row of the view, or `{language, provider, model}`
   * @returns the code; undefined when no language was chosen
   */
  async copySnippet(argument: unknown): Promise<string | undefined> {
    const { provider = 'openai', model = 'gpt-4o-mini' } = targetOf(argument)?.target ?? {};
    const language = languageOf(argument) ?? (await askLanguage());
    if (language === undefined) {
      return undefined;
    }
    const snippet = rateLimitSnippet(language, provider, model.replaceAll('*', ''));
    await vscode.env.clipboard.writeText(snippet);
    return snippet;
  }

  async #change(
    argument: unknown,
    question: string,
    change: (target: Target, named: boolean) => Promise<void>,
  ): Promise<void> {
    const given = targetOf(argument);
    const target = given?.target ?? (await this.#askTarget(question));
    if (target !== undefined) {
      await change(target, given?.named ?? false);
      await this.#refresh();
    }
  }

  async #askTarget(question: string): Promise<Target | undefined> {
    const { pools } = await this.#limiter.status();
    const providers = [...new Set(pools.map(({ provider }) => provider))].sort();
    const picks = providers.flatMap((provider): TargetPick[] => [
      { label: provider, description: vscode.l10n.t('all models'), target: { provider } },
      ...pools
        .filter((pool) => pool.provider === provider)
        .map(({ model, tier }) => ({
          label: model,
          description: [provider, ...(tier === null ? [] : [tier])].join(' · '),
          target: { provider, model, ...(tier === null ? {} : { tier }) },
        })),
    ]);
    if (picks.length === 0) {
      await vscode.window.showInformationMessage(vscode.l10n.t('No call has been limited or counted yet.'));
      return undefined;
    }
    return (await vscode.window.showQuickPick(picks, { placeHolder: question }))?.target;
  }
}

/** What the argument of a command names: by itself, or as the row of the view; null for anything else. */
function targetOf(argument: unknown): { readonly target: Target; readonly named: boolean } | null {
  if (typeof argument !== 'object' || argument === null) {
    return null;
  }
  const row = (argument as { readonly subject?: RateLimitSubject }).subject;
  if (row !== undefined) {
    return row.kind === 'window' ? null : { target: targetOfRow(row), named: false };
  }
  const { provider, ...rest } = readFilter(argument);
  return provider === undefined ? null : { target: { provider, ...rest }, named: true };
}

function targetOfRow(row: Exclude<RateLimitSubject, { kind: 'window' }>): Target {
  const { provider } = row;
  return row.kind === 'provider'
    ? { provider }
    : { provider, model: row.model, ...(row.tier === null ? {} : { tier: row.tier }) };
}

async function confirmReset({ provider, model }: Target): Promise<boolean> {
  const button = vscode.l10n.t('Reset');
  const name = model === undefined ? provider : `${provider} ${model}`;
  const question = vscode.l10n.t('Forget what {0} has used?', name);
  const detail = vscode.l10n.t(
    'The provider does not forget it: calls may be refused there until its own windows have passed.',
  );
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}

function languageOf(argument: unknown): SnippetLanguage | undefined {
  const { language } = (argument ?? {}) as { readonly language?: unknown };
  return snippetLanguages.find((known) => known === language);
}

async function askLanguage(): Promise<SnippetLanguage | undefined> {
  const picks = [
    { label: 'Python', language: 'python' },
    { label: 'TypeScript', language: 'typescript' },
    { label: 'Shell', language: 'shell' },
  ] as const satisfies readonly (vscode.QuickPickItem & { readonly language: SnippetLanguage })[];
  return (await vscode.window.showQuickPick(picks, { placeHolder: vscode.l10n.t('Language of the script') }))?.language;
}
