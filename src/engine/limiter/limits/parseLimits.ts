import * as l10n from '@vscode/l10n';
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type * as z from 'zod';
import type { LimitsProblem } from '../../../protocol/limiter.ts';
import { providerOf } from '../providers/providers.ts';
import { limitsFileSchema, type LimitsFileEntry } from './limitsSchema.ts';
import { limitsOf, presetRules, presetTiers } from './presets.ts';
import { matchesModel, type Rule, type RuleSet } from './rules.ts';

/** Where and why a limits file cannot be used. */
export class LimitsFileError extends Error {
  override readonly name = 'LimitsFileError';
  readonly problem: LimitsProblem;

  constructor(problem: LimitsProblem) {
    super(`${problem.file}:${problem.line}:${problem.column}: ${problem.message}`);
    this.problem = problem;
  }
}

type JsonPath = readonly (string | number)[];

/** A message about the value at a path. */
class Finding extends Error {
  readonly path: JsonPath;

  constructor(path: JsonPath, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Reads a limits file: JSON with comments and trailing commas.
 * @param file for messages
 * @throws LimitsFileError for the first thing that is wrong in it
 */
export function parseLimits(text: string, file: string): RuleSet {
  const fail = (offset: number, message: string): never => {
    throw new LimitsFileError({ file, message, ...positionOf(text, offset) });
  };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [syntax] = errors;
  if (syntax !== undefined) {
    return fail(syntax.offset, l10n.t('not valid JSON ({0})', printParseErrorCode(syntax.error)));
  }
  if (tree === undefined) {
    return fail(0, l10n.t('the file is empty; an empty list of limits is {0}', '{ "limits": [] }'));
  }
  const parsed = limitsFileSchema.safeParse(valueOf(tree));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return issue === undefined ? fail(0, parsed.error.message) : fail(offsetOf(tree, pathOf(issue)), messageOf(issue));
  }
  try {
    return { unknown: parsed.data.unknown, rules: rulesOf(parsed.data.limits) };
  } catch (error) {
    if (error instanceof Finding) {
      return fail(offsetOf(tree, error.path), error.message);
    }
    throw error;
  }
}

/** Unlike the parser's own, without a way to set a prototype. */
function valueOf(node: Node): unknown {
  if (node.type === 'array') {
    return (node.children ?? []).map(valueOf);
  }
  if (node.type !== 'object') {
    return node.value;
  }
  return Object.fromEntries(
    (node.children ?? []).map(({ children: [key, value] = [] }) => [
      String(key?.value),
      value === undefined ? null : valueOf(value),
    ]),
  );
}

/** An unknown key is reported where it stands, not where its object begins. */
const pathOf = (issue: z.core.$ZodIssue): JsonPath => {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  return issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path;
};

function messageOf(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.');
  const message =
    issue.code === 'unrecognized_keys' ? l10n.t('unknown property "{0}"', issue.keys[0] ?? '') : issue.message;
  return where === '' ? message : `${where}: ${message}`;
}

/** Offset of the value at a path, or of the nearest one around it. */
function offsetOf(tree: Node, path: JsonPath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined) {
      return length === path.length && node.parent?.type === 'property' ? node.parent.offset : node.offset;
    }
  }
  return tree.offset;
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function rulesOf(entries: readonly LimitsFileEntry[]): readonly Rule[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, index) => {
    const identity = JSON.stringify([entry.provider, entry.model.toLowerCase(), entry.tier ?? null]);
    if (seen.has(identity)) {
      throw new Finding(
        ['limits', index],
        l10n.t('limits.{0}: this provider, model and tier are listed above already', index),
      );
    }
    seen.add(identity);
    return rulesOfEntry(entry, index);
  });
}

function rulesOfEntry(entry: LimitsFileEntry, index: number): readonly Rule[] {
  const { provider, model, tier = null } = entry;
  const limits = limitsOf(entry as Parameters<typeof limitsOf>[0], { kind: 'settings' });
  if (limits.length > 0) {
    const timeZone = entry.time_zone ?? providerOf(provider).timeZone;
    return [{ provider, model, tier, timeZone, burstSeconds: entry.burst_seconds ?? null, limits }];
  }
  return presetsFor(entry, index).map((rule) => ({
    ...rule,
    timeZone: entry.time_zone ?? rule.timeZone,
    burstSeconds: entry.burst_seconds ?? rule.burstSeconds,
  }));
}

/** An entry without numbers: the preset of its tier, for its model or for all of the tier's. */
function presetsFor({ provider, model, tier }: LimitsFileEntry, index: number): readonly Rule[] {
  if (tier === undefined) {
    throw new Finding(['limits', index], l10n.t('limits.{0}: neither numbers nor a tier to take them from', index));
  }
  const rules = presetRules(provider, tier);
  const covering = model === '*' ? rules : rules.filter((rule) => matchesModel(rule.model, model));
  if (covering.length === 0) {
    const known = presetTiers(provider).join(', ');
    throw new Finding(
      ['limits', index],
      l10n.t('limits.{0}: no preset for {1} {2} {3}; tiers with presets: {4}', index, provider, model, tier, known),
    );
  }
  return model === '*' ? covering : covering.slice(0, 1).map((rule) => ({ ...rule, model }));
}
