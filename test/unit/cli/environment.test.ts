import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseConfig, type EngineConfig } from '../../../src/engine/config/config.ts';
import { readEnvironment, readEnvironmentFile, type Variables } from '../../../src/engine/config/environment.ts';
import { EngineError } from '../../../src/engine/errors.ts';

const keys = { LANGFUSE_PUBLIC_KEY: 'pk-lf-1', LANGFUSE_SECRET_KEY: 'sk-lf-1' };

function configOf(environment: Variables, file: Variables = {}): EngineConfig {
  const { input, nameOf } = readEnvironment(environment, file);
  return parseConfig({ ...input, workspace: tmpdir() }, nameOf);
}

function refusal(work: () => unknown): EngineError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof EngineError);
    assert.equal(error.code, 'config.invalid');
    return error;
  }
  assert.fail('nothing was refused');
}

describe('readEnvironment', () => {
  it('asks Langfuse Cloud in the EU when only keys are given', () => {
    assert.deepEqual(configOf(keys).langfuse, {
      publicKey: 'pk-lf-1',
      secretKey: 'sk-lf-1',
      baseUrl: 'https://cloud.langfuse.com',
    });
  });

  it('reads the server from LANGFUSE_BASE_URL, else LANGFUSE_HOST, else LANGFUSE_BASEURL', () => {
    const all = {
      LANGFUSE_BASE_URL: 'https://one.example',
      LANGFUSE_HOST: 'https://two.example',
      LANGFUSE_BASEURL: 'https://three.example/',
    };
    assert.equal(configOf({ ...keys, ...all }).langfuse?.baseUrl, 'https://one.example');
    assert.equal(configOf({ ...keys, ...all, LANGFUSE_BASE_URL: '' }).langfuse?.baseUrl, 'https://two.example');
    const { LANGFUSE_BASEURL } = all;
    assert.equal(configOf({ ...keys, LANGFUSE_BASEURL }).langfuse?.baseUrl, 'https://three.example');
  });

  it('reads the numbers of the plan', () => {
    const config = configOf({ EXPORT_BATCH_SIZE: '250', EXPORT_INTERVAL_MINUTES: ' 5 ', EXPORT_LOOKBACK_HOURS: '168' });
    assert.equal(config.export.pageSize, 250);
    assert.equal(config.export.intervalMinutes, 5);
    assert.equal(config.export.lookbackHours, 168);
  });

  it('reads the settings that the plan does not know', () => {
    const config = configOf({
      EXPORT_OVERLAP_HOURS: '0.5',
      EXPORT_CAPTURED_TEXT_LENGTH: '0',
      LANGFUSE_PLAN: 'pro',
      EXPORT_SUCCESS_SCORES: 'done, solved,',
      EXPORT_SUCCESS_CATEGORIES: 'ok',
      EXPORT_QUALITY_SCORES: 'rating',
      EXPORT_FEEDBACK_SCORES: 'stars',
      LANGFUSE_METRICS_DATABASE_PATH: 'data/metrics.db',
      LANGFUSE_METRICS_DATABASE_COMMIT_TO_GIT: 'yes',
    });
    assert.deepEqual(config.export, {
      pageSize: 1000,
      intervalMinutes: 30,
      lookbackHours: 24,
      overlapHours: 0.5,
      capturedTextLength: 0,
      plan: 'pro',
    });
    assert.deepEqual(config.outcome, {
      successScores: ['done', 'solved'],
      successCategories: ['ok'],
      qualityScores: ['rating'],
      feedbackScores: ['stars'],
    });
    const { path: file, commitToGit, backend } = config.database;
    assert.deepEqual({ file, commitToGit, backend }, { file: 'data/metrics.db', commitToGit: true, backend: 'sqlite' });
  });

  it('reads where PostgreSQL is, only when metrics go there', () => {
    const variables = {
      POSTGRES_HOST: 'db.example',
      POSTGRES_PORT: '6000',
      POSTGRES_DATABASE: 'team',
      POSTGRES_USER: 'anna',
      POSTGRES_PASSWORD: ' with blanks ',
      POSTGRES_SSLMODE: 'verify-full',
    };
    assert.deepEqual(configOf({ ...variables, LANGFUSE_METRICS_DATABASE_BACKEND: 'postgres' }).database.postgres, {
      host: 'db.example',
      port: 6000,
      database: 'team',
      user: 'anna',
      password: 'with blanks',
      ssl: 'verify-full',
    });
    const elsewhere = configOf({ POSTGRES_PORT: 'none', POSTGRES_SSLMODE: 'prefer', POSTGRES_URL: 'mysql://x' });
    assert.equal(elsewhere.database.backend, 'sqlite');
    const { input } = readEnvironment(variables, {}, 'postgres');
    assert.equal(input.database?.backend, 'postgres', 'chosen by a flag');
  });

  it('never lets a .env choose the host that a password of the environment is sent to', () => {
    const error = refusal(() =>
      readEnvironment({ POSTGRES_PASSWORD: 's3cret' }, { POSTGRES_HOST: 'evil.example' }, 'postgres'),
    );
    assert.ok(error.message.includes('POSTGRES_HOST') && !error.message.includes('s3cret'));
  });

  it('never repeats a connection string that it refuses', () => {
    const variables = { LANGFUSE_METRICS_DATABASE_BACKEND: 'postgres', POSTGRES_URL: 'mysql://anna:s3cret@db/x' };
    assert.ok(!refusal(() => configOf(variables)).message.includes('s3cret'));
  });

  it('lets the environment win over .env, and an empty variable be none', () => {
    const config = configOf(
      { EXPORT_BATCH_SIZE: '10', EXPORT_LOOKBACK_HOURS: '' },
      { EXPORT_BATCH_SIZE: '20', EXPORT_LOOKBACK_HOURS: '48' },
    );
    assert.equal(config.export.pageSize, 10);
    assert.equal(config.export.lookbackHours, 48);
  });

  it('names every variable that is no number or no yes or no, at once', () => {
    const error = refusal(() =>
      configOf(
        { EXPORT_BATCH_SIZE: 'many', LANGFUSE_METRICS_DATABASE_COMMIT_TO_GIT: 'perhaps' },
        { EXPORT_LOOKBACK_HOURS: '1d' },
      ),
    );
    assert.match(error.message, /EXPORT_BATCH_SIZE: expected a number, got "many"/);
    assert.match(error.message, /EXPORT_LOOKBACK_HOURS in \.env: expected a number, got "1d"/);
    assert.match(error.message, /COMMIT_TO_GIT: expected true or false/);
  });

  it('names the variable whose value is out of bounds', () => {
    const values = { EXPORT_BATCH_SIZE: '5000', LANGFUSE_PLAN: 'gold' };
    const { message } = refusal(() => configOf({ ...keys, LANGFUSE_HOST: 'cloud.langfuse.com', ...values }));
    assert.match(message, /EXPORT_BATCH_SIZE: .*1000/);
    assert.match(message, /LANGFUSE_PLAN: .*selfHosted/);
    assert.match(message, /LANGFUSE_HOST: must be an http or https address/);
  });

  it('has no Langfuse, and says what is missing, until both keys are set', () => {
    const nothing = readEnvironment({}, {});
    assert.equal(nothing.input.langfuse, null);
    assert.deepEqual(nothing.missingKeys, ['LANGFUSE_PUBLIC_KEY', 'LANGFUSE_SECRET_KEY']);
    const half = readEnvironment({ LANGFUSE_PUBLIC_KEY: 'pk', LANGFUSE_HOST: 'https://one.example' }, {});
    assert.equal(half.input.langfuse, null);
    assert.deepEqual(half.missingKeys, ['LANGFUSE_SECRET_KEY']);
    assert.deepEqual(readEnvironment(keys, {}).missingKeys, []);
  });

  it('never sends a key of the environment to a host that a .env names', () => {
    const error = refusal(() => configOf(keys, { LANGFUSE_HOST: 'https://elsewhere.example' }));
    assert.match(error.message, /LANGFUSE_HOST comes from \.env, but LANGFUSE_SECRET_KEY from the environment/);
    const whole = { ...keys, LANGFUSE_HOST: 'https://own.example' };
    assert.equal(configOf({}, whole).langfuse?.baseUrl, 'https://own.example');
    assert.equal(
      configOf(whole, { LANGFUSE_HOST: 'https://elsewhere.example' }).langfuse?.baseUrl,
      'https://own.example',
    );
  });

  it('is not disturbed by the PostgreSQL variables of the plan', () => {
    const postgres = { POSTGRES_HOST: 'localhost', POSTGRES_PORT: '5432', POSTGRES_PASSWORD: 'p' };
    assert.deepEqual(configOf({ ...keys, ...postgres }), configOf(keys));
  });
});

describe('readEnvironmentFile', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'environment-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads the lines of the plan’s .env.example, and leaves the process’s environment alone', async () => {
    await writeFile(
      path.join(folder, '.env'),
      [
        '# Langfuse',
        'export LANGFUSE_PUBLIC_KEY="pk-lf-xxx"',
        "LANGFUSE_SECRET_KEY='sk-lf-xxx'  # secret",
        'export EXPORT_BATCH_SIZE="1000"',
      ].join('\r\n'),
    );
    assert.deepEqual(await readEnvironmentFile(folder), {
      LANGFUSE_PUBLIC_KEY: 'pk-lf-xxx',
      LANGFUSE_SECRET_KEY: 'sk-lf-xxx',
      EXPORT_BATCH_SIZE: '1000',
    });
    assert.notEqual(process.env.LANGFUSE_PUBLIC_KEY, 'pk-lf-xxx');
  });

  it('takes a missing .env, and a folder of that name, for none', async () => {
    assert.deepEqual(await readEnvironmentFile(folder), {});
    await mkdir(path.join(folder, '.env'));
    assert.deepEqual(await readEnvironmentFile(folder), {});
  });

  it('says which file cannot be read', async () => {
    const file = path.join(folder, '.env');
    await symlink(file, file);
    await assert.rejects(
      readEnvironmentFile(folder),
      (error) => error instanceof EngineError && error.code === 'config.invalid' && error.message.includes(file),
    );
  });
});
