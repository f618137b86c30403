import { parseLangfuseUri } from '../langfuseUri.ts';
import { isPromptName, notDynamic, type FoundUse } from '../promptUse.ts';
import { isPromptVariable, isSibling } from './promptKeys.ts';

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly line: number;
  readonly column: number;
}

const assignment = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#\s][^#]*?))?\s*(?:#.*)?$/;

/** `LANGFUSE_PROMPT_NAME=` in a .env file. */
export function envUses(text: string): FoundUse[] {
  const variables = text.split(/\r?\n/).flatMap((content, line): Variable[] => {
    const [, name, double, single, plain] = assignment.exec(content) ?? [];
    const value = double ?? single ?? plain;
    return name === undefined || value === undefined
      ? []
      : [{ name, value, line, column: content.indexOf(value, content.indexOf('=')) }];
  });
  return variables.flatMap(({ name, value, line, column }): FoundUse[] => {
    const span = { startLine: line, startColumn: column, endLine: line, endColumn: column + value.length };
    const uri = parseLangfuseUri(value);
    if (uri !== null) {
      return [{ line, ...uri, via: 'uri', dynamic: notDynamic, localText: null, span }];
    }
    if (!isPromptVariable(name) || !isPromptName(value) || /[$<]/.test(value)) {
      return [];
    }
    const sibling = (what: 'label' | 'version'): string | null =>
      variables.find((other) => isSibling(name, other.name, what))?.value ?? null;
    const version = Number(sibling('version') ?? Number.NaN);
    return [
      {
        line,
        promptName: value,
        version: Number.isInteger(version) ? version : null,
        label: sibling('label'),
        via: 'key',
        dynamic: notDynamic,
        localText: null,
        span,
      },
    ];
  });
}
