import type { PromptVersionText } from '../../src/protocol/browse.ts';
import type { TemplateLine } from './textDiff.ts';

/** A template as lines: the messages of a chat prompt one below the other, each under its role. */
export function templateLines({
  type,
  template,
}: Pick<PromptVersionText, 'type' | 'template'>): readonly TemplateLine[] {
  const messages = type === 'chat' ? parsed(template) : null;
  return Array.isArray(messages) ? messages.flatMap(messageLines) : textLines(template);
}

function messageLines(message: unknown): readonly TemplateLine[] {
  const { type, role, name, content } = Object(message) as Readonly<Record<string, unknown>>;
  if (type === 'placeholder') {
    return [{ kind: 'role', text: `{{${String(name)}}}` }];
  }
  const text = typeof content === 'string' ? content : JSON.stringify(content ?? message, null, 2);
  return [{ kind: 'role', text: typeof role === 'string' ? role : '' }, ...textLines(text)];
}

function textLines(text: string): readonly TemplateLine[] {
  return text.split(/\r?\n/).map((line) => ({ kind: 'text', text: line }));
}

/** A key of the configuration that differs, with its values as JSON; null: it is not there. */
export interface ConfigChange {
  readonly key: string;
  readonly left: string | null;
  readonly right: string | null;
}

/** What differs between two configurations, key by key (`model`, `response_format.type`). */
export function configChanges(left: string | null, right: string | null): readonly ConfigChange[] {
  const [before, after] = [flatten(left), flatten(right)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .map((key) => ({ key, left: before.get(key) ?? null, right: after.get(key) ?? null }))
    .filter((change) => change.left !== change.right);
}

function flatten(json: string | null): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const collect = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) {
        collect(inner, path === '' ? key : `${path}.${key}`);
      }
      return;
    }
    values.set(path, JSON.stringify(value));
  };
  const config = json === null ? null : parsed(json);
  if (config !== null) {
    collect(config, '');
  }
  // An empty configuration says nothing.
  values.delete('');
  return values;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}
