import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { text } from 'node:stream/consumers';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type {
  ModelAddress,
  PoolFilter,
  ResponseHeaders,
  TokenEstimate,
  TokenUsage,
} from '../../../protocol/limiter.ts';
import type { Cli, GlobalOptions } from '../../cli.ts';
import { readHeaders } from './readHeaders.ts';

export interface CallFlags extends GlobalOptions, ModelAddress, TokenEstimate {
  readonly priority?: number;
  readonly wait?: number;
  readonly lease?: number;
}

export interface UsageFlags extends GlobalOptions, TokenUsage {
  readonly headers?: string;
}

/** The call that a command is about: what it is made to and what it will need. */
export function addCallOptions(command: Command): Command {
  command
    .addOption(providerOption().makeOptionMandatory())
    .requiredOption('--model <name>', l10n.t('the model as the provider calls it'));
  addTier(command);
  return addEstimate(command);
}

/** The pools that a command is about; none named is all. */
export function addFilterOptions(command: Command): Command {
  command.addOption(providerOption()).option('--model <name>', l10n.t('a model, or a pattern with *'));
  return addTier(command);
}

const providerOption = (): Option =>
  new Option('--provider <name>', l10n.t('openai, anthropic, gemini, or any other name'));

const addTier = (command: Command): Command => command.option('--tier <name>', l10n.t('your tier with the provider'));

function addEstimate(command: Command): Command {
  return command
    .option('--tokens <number>', l10n.t('tokens of the whole call, estimated'), parseWhole)
    .option('--input-tokens <number>', l10n.t('input tokens'), parseWhole)
    .option('--max-output-tokens <number>', l10n.t('the call’s own limit on its output (max_tokens)'), parseWhole);
}

export function addUsageOptions(command: Command): Command {
  return command
    .option('--tokens <number>', l10n.t('tokens that were used'), parseWhole)
    .option('--input-tokens <number>', l10n.t('input tokens that were used'), parseWhole)
    .option('--output-tokens <number>', l10n.t('output tokens that were used'), parseWhole)
    .option(
      '--headers <file>',
      l10n.t('headers of the response, as lines or JSON, which correct the limits; - reads them from stdin'),
    );
}

export const addPriority = (command: Command): Command =>
  command.option(
    '--priority <number>',
    l10n.t('higher is served first; each step is worth a minute of waiting'),
    parseWhole,
  );

export const addWait = (command: Command): Command =>
  command.option('--wait <seconds>', l10n.t('how long to wait in line'), parseSeconds);

export const addLease = (command: Command): Command =>
  command.option('--lease <seconds>', l10n.t('when the call counts as lost (default: 600)'), parseSeconds);

export const filterOf = ({ provider, model, tier }: PoolFilter): PoolFilter => ({ provider, model, tier });

export async function usageOf(cli: Cli, flags: UsageFlags): Promise<TokenUsage & { headers: ResponseHeaders }> {
  const { tokens, inputTokens, outputTokens } = flags;
  return { tokens, inputTokens, outputTokens, headers: await headersOf(cli, flags.headers) };
}

async function headersOf(cli: Cli, file: string | undefined): Promise<ResponseHeaders> {
  if (file === undefined) {
    return {};
  }
  return readHeaders(
    file === '-' ? await text(cli.stdin) : await readFile(path.resolve(cli.workingDirectory, file), 'utf8'),
  );
}

/** Negative numbers pass as numbers: the limiter refuses them with a message of its own. */
export function parseWhole(value: string): number {
  if (!/^-?\d{1,15}$/.test(value)) {
    throw new InvalidArgumentError(l10n.t('Expected a whole number.'));
  }
  return Number(value);
}

export function parseSeconds(value: string): number {
  const seconds = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(seconds)) {
    throw new InvalidArgumentError(l10n.t('Expected a number of seconds.'));
  }
  return seconds;
}

/** Text that is no JSON stands for itself. */
export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
