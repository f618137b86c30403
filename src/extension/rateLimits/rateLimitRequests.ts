import * as l10n from '@vscode/l10n';
import { EngineError } from '../../engine/errors.ts';
import {
  outcomes,
  type AcquireRequest,
  type PoolFilter,
  type ReportRequest,
  type ResponseHeaders,
} from '../../protocol/limiter.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What another extension or a task gave to `langfuseMetrics.rateLimit.acquire`. @throws EngineError limits.invalid */
export function readAcquire(argument: unknown): AcquireRequest {
  const given = fieldsOf(argument);
  return {
    provider: requiredText(given, 'provider'),
    model: requiredText(given, 'model'),
    tier: text(given, 'tier'),
    tokens: count(given, 'tokens'),
    inputTokens: count(given, 'inputTokens'),
    maxOutputTokens: count(given, 'maxOutputTokens'),
    priority: number(given, 'priority'),
    waitSeconds: number(given, 'waitSeconds'),
    leaseSeconds: number(given, 'leaseSeconds'),
  };
}

/** @throws EngineError limits.invalid */
export function readReport(argument: unknown): ReportRequest {
  const given = fieldsOf(argument);
  const outcome = outcomes.find((known) => known === given.outcome);
  if (outcome === undefined && given.outcome !== undefined) {
    throw invalid('outcome');
  }
  return {
    reservation: requiredText(given, 'reservation'),
    tokens: count(given, 'tokens'),
    inputTokens: count(given, 'inputTokens'),
    outputTokens: count(given, 'outputTokens'),
    outcome,
    headers: headers(given),
  };
}

/** @throws EngineError limits.invalid */
export function readFilter(argument: unknown): PoolFilter {
  const given = argument === undefined ? {} : fieldsOf(argument);
  return { provider: text(given, 'provider'), model: text(given, 'model'), tier: text(given, 'tier') };
}

function fieldsOf(argument: unknown): Fields {
  if (typeof argument !== 'object' || argument === null) {
    throw new EngineError('limits.invalid', l10n.t('The command needs an object as its argument.'), {
      hint: l10n.t('The README shows one.'),
    });
  }
  return argument as Fields;
}

function text(given: Fields, name: string): string | undefined {
  const value = given[name];
  if (value !== undefined && (typeof value !== 'string' || value === '')) {
    throw invalid(name);
  }
  return value;
}

function requiredText(given: Fields, name: string): string {
  const value = text(given, name);
  if (value === undefined) {
    throw invalid(name);
  }
  return value;
}

function number(given: Fields, name: string): number | undefined {
  const value = given[name];
  if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) {
    throw invalid(name);
  }
  return value;
}

function count(given: Fields, name: string): number | undefined {
  const value = number(given, name);
  if (value !== undefined && (!Number.isSafeInteger(value) || value < 0)) {
    throw invalid(name);
  }
  return value;
}

/** As a response has them, whatever the case of their names. */
function headers({ headers: given }: Fields): ResponseHeaders | undefined {
  if (given === undefined) {
    return undefined;
  }
  if (typeof given !== 'object' || given === null) {
    throw invalid('headers');
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

const invalid = (name: string): EngineError =>
  new EngineError('limits.invalid', l10n.t('“{0}” is missing or has a wrong value.', name), {
    hint: l10n.t('The README shows one.'),
  });
