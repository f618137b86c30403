import * as l10n from '@vscode/l10n';
import { parse } from 'dotenv';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../errors.ts';
import type { DatabaseBackend } from './backends.ts';
import { cloudRegions } from './cloudRegions.ts';
import type { EngineConfigInput } from './config.ts';

/** Variables by name; absent and empty mean the same. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface EnvironmentConfig {
  /** Unchecked values; `langfuse` is null unless both keys are set. Feed it to parseConfig. */
  readonly input: Omit<EngineConfigInput, 'workspace'>;
  /** The variable that a value came from, or would come from, for parseConfig's messages. */
  readonly nameOf: (path: string) => string;
  /** Variables without which no server can be asked; empty when both keys are set. */
  readonly missingKeys: readonly string[];
}

/** Where each value of the configuration is looked for: the first variable that is set wins. */
const variables = {
  'langfuse.publicKey': ['LANGFUSE_PUBLIC_KEY'],
  'langfuse.secretKey': ['LANGFUSE_SECRET_KEY'],
  // All names in use by Langfuse's SDKs, newest first.
  'langfuse.baseUrl': ['LANGFUSE_BASE_URL', 'LANGFUSE_HOST', 'LANGFUSE_BASEURL'],
  'database.backend': ['LANGFUSE_METRICS_DATABASE_BACKEND'],
  'database.postgres.connectionString': ['POSTGRES_URL'],
  'database.postgres.host': ['POSTGRES_HOST'],
  'database.postgres.port': ['POSTGRES_PORT'],
  'database.postgres.database': ['POSTGRES_DATABASE'],
  'database.postgres.user': ['POSTGRES_USER'],
  'database.postgres.password': ['POSTGRES_PASSWORD'],
  'database.postgres.ssl': ['POSTGRES_SSLMODE'],
  'database.postgres.ca': ['POSTGRES_SSLROOTCERT'],
  'database.path': ['LANGFUSE_METRICS_DATABASE_PATH'],
  'database.commitToGit': ['LANGFUSE_METRICS_DATABASE_COMMIT_TO_GIT'],
  'export.pageSize': ['EXPORT_BATCH_SIZE'],
  'export.intervalMinutes': ['EXPORT_INTERVAL_MINUTES'],
  'export.lookbackHours': ['EXPORT_LOOKBACK_HOURS'],
  'export.overlapHours': ['EXPORT_OVERLAP_HOURS'],
  'export.capturedTextLength': ['EXPORT_CAPTURED_TEXT_LENGTH'],
  'export.plan': ['LANGFUSE_PLAN'],
  'outcome.successScores': ['EXPORT_SUCCESS_SCORES'],
  'outcome.successCategories': ['EXPORT_SUCCESS_CATEGORIES'],
  'outcome.qualityScores': ['EXPORT_QUALITY_SCORES'],
  'outcome.feedbackScores': ['EXPORT_FEEDBACK_SCORES'],
} as const satisfies Record<string, readonly [string, ...string[]]>;

type ConfigPath = keyof typeof variables;

interface Found {
  readonly value: string;
  readonly variable: string;
  readonly origin: 'environment' | 'file';
}

/** The variables of the `.env` in `folder`; none when there is no such file. @throws EngineError config.invalid */
export async function readEnvironmentFile(folder: string): Promise<Variables> {
  const file = path.join(folder, '.env');
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (error) {
    // Python projects use the name for the folder of their virtual environment, too.
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return {};
    }
    throw new EngineError('config.invalid', l10n.t('{0} cannot be read: {1}', file, (error as Error).message), {
      hint: l10n.t('Correct its permissions, or remove it.'),
      cause: error,
    });
  }
}

/**
 * Reads the configuration from the environment and a workspace's `.env`; the environment wins.
 * @param chosenBackend what the user chose elsewhere, which wins over both
 * @throws EngineError config.invalid that names each variable whose text is no number or no yes or no,
 * and when a `.env` would choose the host that a secret key or password of the environment is sent to
 */
export function readEnvironment(
  environment: Variables,
  file: Variables,
  chosenBackend?: DatabaseBackend,
): EnvironmentConfig {
  const reader = new Reader(environment, file);
  // parseConfig knows the backends and lists them when this is none.
  const backend = chosenBackend ?? (reader.text('database.backend') as DatabaseBackend | undefined);
  const input = {
    database: compact({
      backend,
      // Variables of these names may well belong to something else when metrics do not go there.
      postgres: backend === 'postgres' ? readPostgres(reader) : undefined,
      path: reader.text('database.path'),
      commitToGit: reader.yesOrNo('database.commitToGit'),
    }),
    langfuse: readLangfuse(reader),
    export: compact({
      pageSize: reader.number('export.pageSize'),
      intervalMinutes: reader.number('export.intervalMinutes'),
      lookbackHours: reader.number('export.lookbackHours'),
      overlapHours: reader.number('export.overlapHours'),
      capturedTextLength: reader.number('export.capturedTextLength'),
      // parseConfig knows the plans and lists them when this is none.
      plan: reader.text('export.plan') as LangfusePlanInput,
    }),
    outcome: compact({
      successScores: reader.list('outcome.successScores'),
      successCategories: reader.list('outcome.successCategories'),
      qualityScores: reader.list('outcome.qualityScores'),
      feedbackScores: reader.list('outcome.feedbackScores'),
    }),
  };
  reader.throwProblems();
  return {
    input,
    nameOf: (configPath) => reader.nameOf(configPath),
    missingKeys: (['langfuse.publicKey', 'langfuse.secretKey'] as const)
      .filter((key) => reader.find(key) === null)
      .map((key) => variables[key][0]),
  };
}

type DatabaseInput = NonNullable<EngineConfigInput['database']>;
type LangfusePlanInput = NonNullable<EngineConfigInput['export']>['plan'];

function readLangfuse(reader: Reader): EngineConfigInput['langfuse'] {
  const publicKey = reader.find('langfuse.publicKey');
  const secretKey = reader.find('langfuse.secretKey');
  const baseUrl = reader.find('langfuse.baseUrl');
  if (publicKey === null || secretKey === null) {
    return null;
  }
  // A cloned repository must not lead the keys of a person's shell to a host of its choice.
  if (secretKey.origin === 'environment' && baseUrl?.origin === 'file') {
    throw new EngineError(
      'config.invalid',
      l10n.t('{0} comes from .env, but {1} from the environment.', baseUrl.variable, secretKey.variable),
      { hint: l10n.t('Set {0} in the environment too, or the keys in .env.', baseUrl.variable) },
    );
  }
  return { publicKey: publicKey.value, secretKey: secretKey.value, baseUrl: baseUrl?.value ?? cloudRegions[0].url };
}

function readPostgres(reader: Reader): DatabaseInput['postgres'] {
  const password = reader.find('database.postgres.password');
  const host = reader.find('database.postgres.host');
  // A cloned repository must not lead the password of a person's shell to a host of its choice.
  if (password?.origin === 'environment' && host?.origin === 'file') {
    throw new EngineError(
      'config.invalid',
      l10n.t('{0} comes from .env, but {1} from the environment.', host.variable, password.variable),
      { hint: l10n.t('Set {0} in the environment too, or the password in .env.', host.variable) },
    );
  }
  return compact({
    connectionString: reader.text('database.postgres.connectionString'),
    host: host?.value,
    port: reader.number('database.postgres.port'),
    database: reader.text('database.postgres.database'),
    user: reader.text('database.postgres.user'),
    password: password?.value,
    // parseConfig knows the modes and lists them when this is none.
    ssl: reader.text('database.postgres.ssl') as NonNullable<DatabaseInput['postgres']>['ssl'],
    ca: reader.text('database.postgres.ca'),
  });
}

/** Looks variables up and gathers what is wrong with them, so that all of it is said at once. */
class Reader {
  readonly #environment: Variables;
  readonly #file: Variables;
  readonly #problems: string[] = [];

  constructor(environment: Variables, file: Variables) {
    this.#environment = environment;
    this.#file = file;
  }

  find(configPath: ConfigPath): Found | null {
    for (const [source, origin] of [
      [this.#environment, 'environment'],
      [this.#file, 'file'],
    ] as const) {
      for (const variable of variables[configPath]) {
        const value = source[variable]?.trim();
        if (value) {
          return { value, variable, origin };
        }
      }
    }
    return null;
  }

  text(configPath: ConfigPath): string | undefined {
    return this.find(configPath)?.value;
  }

  number(configPath: ConfigPath): number | undefined {
    const found = this.find(configPath);
    if (found === null) {
      return undefined;
    }
    const number = Number(found.value);
    if (Number.isNaN(number)) {
      this.#problems.push(l10n.t('{0}: expected a number, got "{1}"', name(found), found.value));
    }
    return number;
  }

  yesOrNo(configPath: ConfigPath): boolean | undefined {
    const found = this.find(configPath);
    if (found === null) {
      return undefined;
    }
    const value = found.value.toLowerCase();
    if (!['true', '1', 'yes', 'false', '0', 'no'].includes(value)) {
      this.#problems.push(l10n.t('{0}: expected true or false, got "{1}"', name(found), found.value));
    }
    return ['true', '1', 'yes'].includes(value);
  }

  list(configPath: ConfigPath): string[] | undefined {
    return this.find(configPath)
      ?.value.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  /** Paths may point into a value ("outcome.successScores.0"). */
  nameOf(configPath: string): string {
    const key = (Object.keys(variables) as ConfigPath[]).find(
      (candidate) => configPath === candidate || configPath.startsWith(`${candidate}.`),
    );
    if (key === undefined) {
      return configPath;
    }
    const found = this.find(key);
    return found === null ? variables[key][0] : name(found);
  }

  throwProblems(): void {
    if (this.#problems.length > 0) {
      throw new EngineError('config.invalid', this.#problems.join('; '), {
        hint: l10n.t('Correct the value named above and try again.'),
      });
    }
  }
}

function name(found: Found): string {
  return found.origin === 'file' ? l10n.t('{0} in .env', found.variable) : found.variable;
}

/** Without the keys whose value is undefined: the schema's defaults apply to absent keys. */
function compact<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
