import { isObject, setOwn } from './fields.ts';

export interface SplitMetadata {
  /** The user's own keys, as they came. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** OpenTelemetry's, under flat dotted keys. */
  readonly resourceAttributes: Readonly<Record<string, unknown>>;
}

/**
 * Parts the user's metadata from what OpenTelemetry adds: `resourceAttributes`, `scope` and, of
 * senders other than Langfuse's, `attributes`. Direct writes of v4 have them as flat dotted keys,
 * legacy and dual writes as nested objects. A user may have a key `scope` or `attributes` too: those
 * count as OpenTelemetry's only beside `resourceAttributes`, which every such row carries.
 */
export function splitMetadata(value: unknown): SplitMetadata {
  const all = metadataObject(value);
  let fromOpenTelemetry = false;
  for (const key in all) {
    if (key.startsWith('resourceAttributes') && isOwnKey('resourceAttributes', key, all[key])) {
      fromOpenTelemetry = true;
      break;
    }
  }
  return fromOpenTelemetry ? partition(all) : { metadata: all, resourceAttributes: {} };
}

function partition(all: Readonly<Record<string, unknown>>): SplitMetadata {
  const metadata: Record<string, unknown> = {};
  const resourceAttributes: Record<string, unknown> = {};
  for (const key in all) {
    const value = all[key];
    if (belongsToOpenTelemetry(key, value)) {
      flattenInto(resourceAttributes, key, value);
    } else {
      setOwn(metadata, key, value);
    }
  }
  return { metadata, resourceAttributes };
}

function belongsToOpenTelemetry(key: string, value: unknown): boolean {
  switch (key.charCodeAt(0)) {
    case 114: // r
      return isOwnKey('resourceAttributes', key, value);
    case 115: // s
      return isOwnKey('scope', key, value);
    case 97: // a
      return isOwnKey('attributes', key, value);
    default:
      return false;
  }
}

/** True for `prefix.anything` and for `prefix` itself with an object. */
function isOwnKey(prefix: string, key: string, value: unknown): boolean {
  return key.startsWith(prefix) && (key.length === prefix.length ? isObject(value) : key[prefix.length] === '.');
}

/** Empty objects leave no key, as in Langfuse's own flat form. */
function flattenInto(target: Record<string, unknown>, key: string, value: unknown): void {
  if (!isObject(value)) {
    setOwn(target, key, value);
    return;
  }
  for (const child in value) {
    flattenInto(target, `${key}.${child}`, value[child]);
  }
}

/** Old servers may hold text or lists as metadata; Langfuse itself files those under the key `metadata`. */
export function metadataObject(value: unknown): Readonly<Record<string, unknown>> {
  if (value == null || value === '') {
    return {};
  }
  if (isObject(value)) {
    return value;
  }
  if (typeof value === 'string') {
    const parsed = parseObject(value);
    if (parsed !== null) {
      return parsed;
    }
  }
  return { metadata: value };
}

function parseObject(text: string): Record<string, unknown> | null {
  if (!text.trimStart().startsWith('{')) {
    return null;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    // Text that merely looks like JSON is still the user's text.
    return null;
  }
}
