import * as l10n from '@vscode/l10n';
import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { checkRule, type AlertRule } from './rules.ts';

/** A rule that cannot be read; all others run. */
export interface BrokenRule {
  readonly id: string;
  /** As written, or "unknown". */
  readonly kind: string;
  /** "langfuseMetrics.alerts[2]" or ".langfuse/alerts.json:12". */
  readonly where: string;
  readonly message: string;
}

export interface RuleSet {
  readonly rules: readonly AlertRule[];
  readonly broken: readonly BrokenRule[];
}

const relativePath = path.posix.join('.langfuse', 'alerts.json');

/**
 * The rules of a workspace: those of the settings, then those of `.langfuse/alerts.json`, which may
 * hold comments and trailing commas. What is wrong is told with its place.
 */
export async function loadRules(workspace: string, fromSettings: readonly unknown[]): Promise<RuleSet> {
  const inSettings = fromSettings.map((written, index) =>
    readRule(written, () => `langfuseMetrics.alerts[${String(index)}]`),
  );
  return withoutDoubles([...inSettings, ...(await readRuleFile(workspace))]);
}

type ReadRule = { readonly rule: AlertRule; readonly where: string } | { readonly broken: BrokenRule };

async function readRuleFile(workspace: string): Promise<readonly ReadRule[]> {
  let content: string;
  try {
    content = await readFile(path.join(workspace, '.langfuse', 'alerts.json'), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? [] : [brokenFile(relativePath, message)];
  }
  return parseRuleFile(content);
}

/** @param content JSON with comments: `{ "alerts": [ … ] }` */
export function parseRuleFile(content: string): readonly ReadRule[] {
  if (content.trim() === '') {
    return [];
  }
  const errors: ParseError[] = [];
  const root = parseTree(content, errors, { allowTrailingComma: true });
  const at = (offset: number): string => `${relativePath}:${String(lineOf(content, offset))}`;
  const [first] = errors;
  const syntax =
    first === undefined
      ? []
      : [brokenFile(at(first.offset), l10n.t('is no valid JSON here: {0}', printParseErrorCode(first.error)))];
  const list = root === undefined ? undefined : findNodeAtLocation(root, ['alerts']);
  if (list?.type !== 'array') {
    return syntax.length > 0
      ? syntax
      : [brokenFile(at(root?.offset ?? 0), l10n.t('must be an object whose "alerts" is a list of rules'))];
  }
  const rules = (list.children ?? []).map((node) =>
    readRule(getNodeValue(node), (problem) => at(offsetOf(node, problem))),
  );
  return [...syntax, ...rules];
}

/** Of the value that a problem's path leads to, or of the nearest one around it. */
function offsetOf(node: Node, problem: readonly PropertyKey[]): number {
  for (let length = problem.length; length > 0; length--) {
    const found = findNodeAtLocation(node, problem.slice(0, length) as (string | number)[]);
    if (found !== undefined) {
      return found.offset;
    }
  }
  return node.offset;
}

function readRule(written: unknown, whereIs: (problem: readonly PropertyKey[]) => string): ReadRule {
  const { rule, problems } = checkRule(written);
  if (problems === null) {
    return { rule, where: whereIs([]) };
  }
  const where = whereIs(problems[0]?.path ?? []);
  const message = problems
    .map(({ path: place, message: text }) => (place.length === 0 ? text : `${place.join('.')}: ${text}`))
    .join('; ');
  const { id, kind } = { id: null, kind: null, ...(written as { id?: unknown; kind?: unknown } | null) };
  return {
    broken: {
      id: typeof id === 'string' ? id : where,
      kind: typeof kind === 'string' ? kind : 'unknown',
      where,
      message,
    },
  };
}

function withoutDoubles(read: readonly ReadRule[]): RuleSet {
  const rules = new Map<string, AlertRule>();
  const broken: BrokenRule[] = [];
  for (const item of read) {
    if ('broken' in item) {
      broken.push(item.broken);
    } else if (rules.has(item.rule.id)) {
      const { kind, id } = item.rule;
      const message = l10n.t('Another rule has the id "{0}".', id);
      broken.push({ id: `${id} (${item.where})`, kind, where: item.where, message });
    } else {
      rules.set(item.rule.id, item.rule);
    }
  }
  return { rules: [...rules.values()], broken };
}

function brokenFile(where: string, message: string): ReadRule {
  return { broken: { id: where, kind: 'unknown', where, message } };
}

function lineOf(content: string, offset: number): number {
  return content.slice(0, offset).split('\n').length;
}
