import * as vscode from 'vscode';
import { EngineError, isCancellation } from '../../engine/errors.ts';
import type { SetupResult } from '../../protocol/engine.ts';
import { commandIds } from '../commands/commandIds.ts';
import { errorText } from '../messages/messages.ts';
import { error } from '../quickInput/finding.ts';
import { askInOrder, askText, pickOne, toMessage, type Answer, type Step } from '../quickInput/quickInput.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import { asConnectionString, connectionString, type ConnectionParts, type DatabaseConfig } from './connection.ts';
import { checkAddress, checkConnectionString, checkDatabase, checkName, parseAddress } from './connectionChecks.ts';

import type { ConnectionStore } from './connectionStore.ts';
import type { MetricsDatabase } from './metricsDatabase.ts';

/** The part of the engine's proxy that tries a database out. */
export interface DatabaseTester {
  testDatabase(database: DatabaseConfig, signal?: AbortSignal): Promise<SetupResult>;
}

interface ConnectPostgresOptions {
  readonly engine: DatabaseTester;
  readonly connections: ConnectionStore;
  readonly database: MetricsDatabase;
  readonly folder: ExportFolder;
}

type EncryptionMode = ConnectionParts['ssl'];

/** "Connect to PostgreSQL…": asks, makes or checks the tables there, and only then stores the connection. */
export class ConnectPostgres {
  readonly #engine: DatabaseTester;
  readonly #connections: ConnectionStore;
  readonly #database: MetricsDatabase;
  readonly #folder: ExportFolder;

  constructor({ engine, connections, database, folder }: ConnectPostgresOptions) {
    this.#engine = engine;
    this.#connections = connections;
    this.#database = database;
    this.#folder = folder;
  }

  /**
   * @param given a connection from another extension or a key binding; without it the user is asked
   * @returns whether a connection was stored
   * @throws EngineError when a given connection is malformed or does not work; nothing is stored then
   */
  async run(given: unknown): Promise<boolean> {
    await this.#folder.require();
    const location = given === undefined ? await this.#ask() : await this.#accept(given);
    if (location === null) {
      return false;
    }
    void this.#tell(location);
    return true;
  }

  async #accept(given: unknown): Promise<string> {
    const connection = asConnectionString(given);
    if (connection === null) {
      throw new EngineError(
        'config.invalid',
        vscode.l10n.t('The PostgreSQL connection handed to the command is incomplete or malformed.'),
      );
    }
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Testing the PostgreSQL connection') },
      () => this.#testAndStore(connection),
    );
  }

  async #ask(): Promise<string | null> {
    const draft = {
      byString: true,
      address: '',
      database: 'llm_metrics',
      user: '',
      ssl: null as EncryptionMode,
    };
    let location: string | null = null;
    const test = async (connection: string, signal: AbortSignal): Promise<void> => {
      location = await this.#testAndStore(connection, signal);
    };
    const way = keeping(askWay, (byString) => (draft.byString = byString));
    const byString = [(step: Step) => askConnectionString(step, test)];
    const byParts = [
      keeping(
        (step) => askAddress(step, draft.address),
        (address) => (draft.address = address),
      ),
      keeping(
        (step) => askDatabase(step, draft.database),
        (database) => (draft.database = database),
      ),
      keeping(
        (step) => askUser(step, draft.user),
        (user) => (draft.user = user),
      ),
      keeping(askEncryption, (ssl) => (draft.ssl = ssl)),
      (step: Step) => askPassword(step, (password, signal) => test(connectionOf(draft, password), signal)),
    ];
    const done = await askInOrder(vscode.l10n.t('Connect to PostgreSQL'), () => [
      way,
      ...(draft.byString ? byString : byParts),
    ]);
    return done ? location : null;
  }

  /** @returns where it leads, without secrets */
  async #testAndStore(connection: string, signal?: AbortSignal): Promise<string> {
    const { location } = await this.#engine.testDatabase(
      { backend: 'postgres', postgres: { connectionString: connection } },
      signal,
    );
    // Who has left meanwhile does not want it stored.
    signal?.throwIfAborted();
    await this.#connections.store({ connectionString: connection, location });
    return location;
  }

  async #tell(location: string): Promise<void> {
    if ((await this.#database.backend()) === 'postgres') {
      const exportNow = vscode.l10n.t('Export now');
      const text = vscode.l10n.t('Connected to {0}.', location);
      if ((await vscode.window.showInformationMessage(text, exportNow)) === exportNow) {
        await vscode.commands.executeCommand(commandIds.export);
      }
      return;
    }
    const move = vscode.l10n.t('Move metrics…');
    const use = vscode.l10n.t('Use PostgreSQL');
    const text = vscode.l10n.t('Connected to {0}. Metrics still go to SQLite.', location);
    const chosen = await vscode.window.showInformationMessage(text, move, use);
    if (chosen === use) {
      await this.#database.choose('postgres');
    } else if (chosen === move) {
      await vscode.commands.executeCommand(commandIds.moveToPostgres);
    }
  }
}

type Question<T> = (step: Step) => Promise<Answer<T>>;

/** The question, with its answer kept for those that follow. */
function keeping<T>(ask: Question<T>, keep: (value: T) => void): Question<T> {
  return async (step) => {
    const answer = await ask(step);
    if (answer.kind === 'next') {
      keep(answer.value);
    }
    return answer;
  };
}

interface Draft {
  readonly address: string;
  readonly database: string;
  readonly user: string;
  readonly ssl: EncryptionMode;
}

function connectionOf({ address, ...rest }: Draft, password: string): string {
  const { host, port } = parseAddress(address) ?? { host: address, port: 5432 };
  return connectionString({ host, port, ...rest, password });
}

function askWay(step: Step): Promise<Answer<boolean>> {
  return pickOne({
    ...step,
    placeholder: vscode.l10n.t('How to reach the PostgreSQL server'),
    choices: [
      {
        label: vscode.l10n.t('Connection string'),
        description: 'postgres://…',
        value: true,
      },
      {
        label: vscode.l10n.t('Host, database, user and password'),
        description: vscode.l10n.t('one after another'),
        value: false,
      },
    ],
  });
}

type Test = (value: string, signal: AbortSignal) => Promise<void>;

function askConnectionString(step: Step, test: Test): Promise<Answer<string>> {
  return askText({
    ...step,
    prompt: vscode.l10n.t('Connection string. It is tested, then kept in the secret storage of VS Code.'),
    placeholder: 'postgres://user:password@host:5432/database',
    password: true,
    check: (text) => toMessage(checkConnectionString(text)),
    submit: (text, signal) => outcome(() => test(text, signal)),
  });
}

function askAddress(step: Step, known: string): Promise<Answer<string>> {
  return askText({
    ...step,
    prompt: vscode.l10n.t('Host of the PostgreSQL server, with its port unless that is 5432'),
    placeholder: 'db.example.com',
    value: known,
    check: (text) => toMessage(checkAddress(text)),
  });
}

function askDatabase(step: Step, known: string): Promise<Answer<string>> {
  return askText({
    ...step,
    prompt: vscode.l10n.t('Name of the database, which must exist; its tables are made by themselves'),
    value: known,
    check: (text) => toMessage(checkDatabase(text)),
  });
}

function askUser(step: Step, known: string): Promise<Answer<string>> {
  return askText({
    ...step,
    prompt: vscode.l10n.t('User'),
    value: known,
    check: (text) => toMessage(checkName(text)),
  });
}

function askEncryption(step: Step): Promise<Answer<EncryptionMode>> {
  return pickOne<EncryptionMode>({
    ...step,
    placeholder: vscode.l10n.t('Encryption of the connection'),
    choices: [
      { label: vscode.l10n.t('Encrypt unless the server is on this machine'), value: null },
      {
        label: vscode.l10n.t('Encrypt and verify the certificate'),
        description: 'sslmode=verify-full',
        value: 'verify-full',
      },
      { label: vscode.l10n.t('Encrypt'), description: 'sslmode=require', value: 'require' },
      { label: vscode.l10n.t('Do not encrypt'), description: 'sslmode=disable', value: 'disable' },
    ],
  });
}

function askPassword(step: Step, test: Test): Promise<Answer<string>> {
  return askText({
    ...step,
    prompt: vscode.l10n.t('Password. It is tested, then kept in the secret storage of VS Code with the server.'),
    password: true,
    check: () => null,
    submit: (password, signal) => outcome(() => test(password, signal)),
  });
}

/** What the input box shows of a test; null when it went well or was left. */
async function outcome(test: () => Promise<void>): Promise<vscode.InputBoxValidationMessage | null> {
  try {
    await test();
    return null;
  } catch (failure) {
    return isCancellation(failure) ? null : toMessage(error(errorText(failure)));
  }
}
