import * as vscode from 'vscode';
import { cloudRegions } from '../../engine/config/cloudRegions.ts';
import { EngineError, isCancellation } from '../../engine/errors.ts';
import type { Credentials, Engine, ServerInfo } from '../../protocol/engine.ts';
import { commandIds } from '../commands/commandIds.ts';
import { errorText } from '../messages/messages.ts';
import type { Finding } from '../quickInput/finding.ts';
import {
  askInOrder,
  askText,
  pickOne,
  toMessage,
  type Answer,
  type Choice,
  type Step,
} from '../quickInput/quickInput.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import { checkBaseUrl, checkPublicKey, checkSecretKey, normalBaseUrl } from './keyChecks.ts';
import { asCredentials, type KeyStore } from './keyStore.ts';

/** "Set Langfuse keys…": asks, tests against the server, and only then stores. */
export class SetKeys {
  readonly #engine: Pick<Engine, 'testCredentials'>;
  readonly #keys: KeyStore;
  readonly #folder: ExportFolder;

  constructor(engine: Pick<Engine, 'testCredentials'>, keys: KeyStore, folder: ExportFolder) {
    this.#engine = engine;
    this.#keys = keys;
    this.#folder = folder;
  }

  /**
   * @param given credentials from another extension or a key binding; without them the user is asked
   * @returns whether keys were stored
   * @throws EngineError when given credentials are malformed or refused; nothing is stored then
   */
  async run(given: unknown): Promise<boolean> {
    await this.#folder.require();
    const server = given === undefined ? await this.#ask() : await this.#accept(given);
    if (server === null) {
      return false;
    }
    void this.#tell(server);
    return true;
  }

  async #accept(given: unknown): Promise<ServerInfo> {
    const credentials = asCredentials(given);
    if (credentials === null || [...findings(credentials)].some((found) => found?.severity === 'error')) {
      throw new EngineError(
        'config.invalid',
        vscode.l10n.t('The Langfuse keys handed to the command are incomplete or malformed.'),
      );
    }
    const normal = { ...credentials, baseUrl: normalBaseUrl(credentials.baseUrl) };
    const server = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Testing Langfuse keys') },
      () => this.#engine.testCredentials(normal),
    );
    await this.#keys.store(normal, server);
    return server;
  }

  async #ask(): Promise<ServerInfo | null> {
    const known = await this.#keys.read();
    const draft = { baseUrl: known?.baseUrl ?? '', publicKey: known?.publicKey ?? '', selfHosted: false };
    let server: ServerInfo | null = null;
    const address = async (step: Step): Promise<Answer<string>> => {
      const answer = await askAddress(step, draft.baseUrl);
      draft.baseUrl = answer.kind === 'next' ? normalBaseUrl(answer.value) : draft.baseUrl;
      return answer;
    };
    const region = async (step: Step): Promise<Answer<string | null>> => {
      const answer = await pickOne({
        ...step,
        placeholder: vscode.l10n.t('Where your Langfuse project lives'),
        choices: regionChoices(),
      });
      if (answer.kind === 'next') {
        draft.selfHosted = answer.value === null;
        draft.baseUrl = answer.value ?? draft.baseUrl;
      }
      return answer;
    };
    const publicKey = async (step: Step): Promise<Answer<string>> => {
      const answer = await askPublicKey(step, draft);
      draft.publicKey = answer.kind === 'next' ? answer.value : draft.publicKey;
      return answer;
    };
    const secretKey = (step: Step): Promise<Answer<string>> =>
      askSecretKey(step, async (secret, signal) => {
        const credentials = { baseUrl: draft.baseUrl, publicKey: draft.publicKey, secretKey: secret };
        server = await this.#engine.testCredentials(credentials, signal);
        await this.#keys.store(credentials, server);
      });
    const done = await askInOrder(vscode.l10n.t('Set Langfuse keys'), () =>
      draft.selfHosted ? [region, address, publicKey, secretKey] : [region, publicKey, secretKey],
    );
    return done ? server : null;
  }

  async #tell(server: ServerInfo): Promise<void> {
    const exportNow = vscode.l10n.t('Export now');
    const text = vscode.l10n.t('Connected to project {0} on Langfuse {1}.', server.projectName, server.version);
    if ((await vscode.window.showInformationMessage(text, exportNow)) === exportNow) {
      await vscode.commands.executeCommand(commandIds.export);
    }
  }
}

function regionChoices(): readonly Choice<string | null>[] {
  const cloud = cloudRegions.map(({ name, url }) => ({
    label: vscode.l10n.t('Langfuse Cloud {0}', name),
    description: new URL(url).host,
    value: url,
  }));
  const selfHosted = {
    label: vscode.l10n.t('Self-hosted'),
    description: vscode.l10n.t('Enter the address of your server'),
    value: null,
  };
  return [...cloud, selfHosted];
}

function askAddress(step: Step, known: string): Promise<Answer<string>> {
  const cloud = cloudRegions.some(({ url }) => url === known);
  return askText({
    ...step,
    prompt: vscode.l10n.t('Address of your Langfuse server'),
    placeholder: 'https://langfuse.example.com',
    value: cloud ? '' : known,
    check: (text) => toMessage(checkBaseUrl(text)),
  });
}

function askPublicKey(step: Step, draft: { baseUrl: string; publicKey: string }): Promise<Answer<string>> {
  return askText({
    ...step,
    prompt: vscode.l10n.t('Public key, from the project settings on {0}', new URL(draft.baseUrl).host),
    placeholder: 'pk-lf-…',
    value: draft.publicKey,
    check: (text) => toMessage(checkPublicKey(text)),
  });
}

function askSecretKey(
  step: Step,
  test: (secret: string, signal: AbortSignal) => Promise<void>,
): Promise<Answer<string>> {
  return askText({
    ...step,
    prompt: vscode.l10n.t('Secret key. It is tested, then kept in the secret storage of VS Code.'),
    placeholder: 'sk-lf-…',
    password: true,
    check: (text) => toMessage(checkSecretKey(text)),
    submit: async (secret, signal) => {
      try {
        await test(secret, signal);
        return null;
      } catch (error) {
        return isCancellation(error) ? null : toMessage({ severity: 'error', message: errorText(error) });
      }
    },
  });
}

function* findings({ baseUrl, publicKey, secretKey }: Credentials): Generator<Finding | null> {
  yield checkBaseUrl(baseUrl);
  yield checkPublicKey(publicKey);
  yield checkSecretKey(secretKey);
}
