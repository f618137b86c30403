import type { PromptCatalogue } from '../catalogue.ts';
import { compositionTags } from '../compositionTags.ts';
import { parseLangfuseUri } from '../langfuseUri.ts';
import type { MaskedLanguage } from '../languages.ts';
import { TextLines } from '../textLines.ts';
import type { PromptUseVia } from '../../../protocol/promptUses.ts';
import { notDynamic, type FoundUse } from '../promptUse.ts';
import { MaskedProgram, type MaskedArgument } from './maskedProgram.ts';

/** One way that an SDK fetches a prompt. */
interface FetchPattern {
  /** From the `.` after the receiver; ends before the arguments. */
  readonly call: RegExp;
  readonly via: PromptUseVia;
  /** What is asked for by position, after the name; null for a context, which is passed over. */
  readonly positions: readonly ('name' | 'version' | 'label' | null)[];
  /** The receiver is in the pattern itself. */
  readonly proven?: true;
}

const versionThenLabel = ['name', 'version', 'label'] as const;
const patterns: Readonly<Record<MaskedLanguage, readonly FetchPattern[]>> = {
  java: [
    { call: /\.\s*prompts\s*\(\s*\)\s*\.\s*get\s*(?=\()/g, via: 'call', positions: ['name'] },
    { call: /\.\s*getPrompt\s*(?=\()/g, via: 'call', positions: versionThenLabel },
    { call: /\.\s*prompts\s*\(\s*\)\s*\.\s*create\s*(?=\()/g, via: 'definition', positions: [] },
  ],
  kotlin: [
    { call: /\.\s*prompts\s*(?:\(\s*\))?\s*\.\s*get\s*(?=\()/g, via: 'call', positions: ['name'] },
    { call: /\.\s*getPrompt\s*(?=\()/g, via: 'call', positions: versionThenLabel },
    { call: /\.\s*prompts\s*(?:\(\s*\))?\s*\.\s*create\s*(?=\()/g, via: 'definition', positions: [] },
  ],
  go: [
    { call: /\.\s*Prompts\s*(?:\(\s*\))?\s*\.\s*Get\s*(?=\()/g, via: 'call', positions: [null, 'name'] },
    { call: /\.\s*GetPrompt\s*(?=\()/g, via: 'call', positions: [null, 'name'] },
  ],
  php: [
    {
      call: /\bLangfuse\s*::\s*(?:prompt|getPrompt)\s*(?=\()/g,
      via: 'call',
      positions: versionThenLabel,
      proven: true,
    },
    {
      call: /\bLangfuse\s*::\s*prompt\s*\(\s*\)\s*->\s*(?:text|chat|get)\s*(?=\()/g,
      via: 'call',
      positions: versionThenLabel,
      proven: true,
    },
    {
      call: /\??->\s*prompts?\s*\(\s*\)\s*->\s*(?:text|chat|get)\s*(?=\()/g,
      via: 'call',
      positions: versionThenLabel,
    },
    { call: /\??->\s*(?:prompt|getPrompt)\s*(?=\()/g, via: 'call', positions: versionThenLabel },
    { call: /\??->\s*prompts?\s*\(\s*\)\s*->\s*create\s*(?=\()/g, via: 'definition', positions: ['name'] },
  ],
  ruby: [
    { call: /\bLangfuse::Prompt\s*\.\s*get\b/g, via: 'call', positions: ['name'], proven: true },
    { call: /&?\.\s*(?:get_prompt|compile_prompt)\b/g, via: 'call', positions: ['name'] },
    { call: /\bLangfuse\s*\.\s*prompts\s*\.\s*(?:get|fetch)\b/g, via: 'call', positions: ['name'], proven: true },
    { call: /&?\.\s*create_prompt\b/g, via: 'definition', positions: [] },
  ],
  csharp: [
    {
      call: /\.\s*Get(?:Text|Chat)?Prompt(?:Async)?\s*(?:<[^<>()]*>)?\s*(?=\()/g,
      via: 'call',
      positions: versionThenLabel,
    },
    { call: /\.\s*CreatePromptAsync\s*(?=\()/g, via: 'definition', positions: [] },
  ],
};

/** Uses in languages without a grammar of ours: one pattern per SDK, on text without comments and strings. */
export function maskedUses(text: string, language: MaskedLanguage, catalogue: PromptCatalogue | null): FoundUse[] {
  const program = new MaskedProgram(text, language);
  const lines = new TextLines(text);
  const calls = patterns[language].flatMap((pattern) => {
    pattern.call.lastIndex = 0;
    return [...program.masked.matchAll(pattern.call)].flatMap((match) => {
      const use = fetched(program, lines, pattern, match.index, match.index + match[0].length);
      return use === null ? [] : [use];
    });
  });
  return [...calls, ...stringUses(program, lines, catalogue)];
}

function fetched(
  program: MaskedProgram,
  lines: TextLines,
  pattern: FetchPattern,
  start: number,
  open: number,
): FoundUse | null {
  const receiver = pattern.proven === true ? null : program.receiverBefore(start);
  if (pattern.proven !== true && (receiver === null || !program.isLangfuse(receiver))) {
    return null;
  }
  const given = program.masked[open] === '(' ? program.argumentsAt(open) : program.argumentsOnLine(open);
  const asked = given === null ? null : readArguments(program, pattern, given);
  const promptName = asked?.name == null ? null : program.textOf(asked.name);
  if (asked?.name == null || promptName === null || promptName.trim() === '') {
    return null;
  }
  const version = choice(program, asked.version, (argument) => program.numberOf(argument));
  const label = choice(program, asked.label, (argument) => labelOf(program, argument));
  return {
    line: lines.position(receiver?.start ?? start).line,
    promptName,
    version: version.value,
    label: label.value,
    via: pattern.via,
    dynamic: { version: version.dynamic, label: label.dynamic },
    localText: null,
    span: lines.span(asked.name.start, asked.name.end),
  };
}

type Place = Pick<MaskedArgument, 'start' | 'end'>;
interface Asked {
  name?: Place;
  version?: Place;
  label?: Place;
}

function readArguments(program: MaskedProgram, { positions }: FetchPattern, given: readonly MaskedArgument[]): Asked {
  const asked: Asked = {};
  let position = 0;
  for (const argument of given) {
    if (argument.keyword !== null) {
      const key = /^(prompt)?_?name$/i.test(argument.keyword) ? 'name' : argument.keyword.toLowerCase();
      if (key === 'name' || key === 'version' || key === 'label') {
        asked[key] = argument;
      }
      continue;
    }
    const nested = nestedChoices(program, argument);
    if (nested !== null) {
      Object.assign(asked, nested);
      continue;
    }
    const wanted = positions[position];
    position += 1;
    if (wanted != null && asked[wanted] === undefined) {
      asked[swapped(program, wanted, argument)] = argument;
    }
  }
  return asked;
}

/** A string in the place of the version is a label. */
function swapped(program: MaskedProgram, wanted: keyof Asked, argument: Place): keyof Asked {
  return wanted === 'version' && program.textOf(argument) !== null ? 'label' : wanted;
}

/** Builders and literals of requests: `.version(2)`, `GetParams{Name: "x"}`, `new Request { Label = "x" }`. */
function nestedChoices(program: MaskedProgram, argument: Place): Asked | null {
  const text = program.slice(argument);
  if (!/[{(]/.test(text) || /^["'`]/.test(text)) {
    return null;
  }
  const asked: Asked = {};
  const part = /(?<![\p{L}\p{N}_])(name|version|label)\s*(\(|:=?|=>?)\s*/giu;
  for (const match of text.matchAll(part)) {
    const start = argument.start + match.index + match[0].length;
    const [first] = match[2] === '(' ? (program.argumentsAt(start - 1) ?? []) : [];
    const rest = /^[^,}\n)]*/.exec(program.masked.slice(start, argument.end))?.[0] ?? '';
    const place = match[2] === '(' ? first : { start, end: start + rest.trimEnd().length };
    const key = match[1]?.toLowerCase();
    if (place !== undefined && (key === 'name' || key === 'version' || key === 'label')) {
      asked[key] = place;
    }
  }
  return Object.keys(asked).length === 0 ? null : asked;
}

function labelOf(program: MaskedProgram, argument: Place): string | null {
  const text = program.textOf(argument);
  return text !== null && /^\S+$/.test(text) ? text : null;
}

function choice<T>(
  program: MaskedProgram,
  argument: Place | undefined,
  read: (argument: Place) => T | null,
): { value: T | null; dynamic: boolean } {
  if (argument === undefined || /^(null|nil)$/.test(program.slice(argument).trim())) {
    return { value: null, dynamic: false };
  }
  const value = read(argument);
  return { value, dynamic: value === null };
}

/** Tags, addresses and stored texts in strings. */
function stringUses(program: MaskedProgram, lines: TextLines, catalogue: PromptCatalogue | null): FoundUse[] {
  const found: FoundUse[] = [];
  for (const { start, end, value } of program.strings.values()) {
    const raw = lines.text.slice(start, end);
    for (const { index, length, promptName, version, label } of compositionTags(raw)) {
      const span = lines.span(start + index, start + index + length);
      found.push({ ...plain(span.startLine), promptName, version, label, via: 'composition', span });
    }
    const uri = value === null ? null : parseLangfuseUri(value);
    if (uri !== null) {
      found.push({ ...plain(lines.position(start).line), ...uri, via: 'uri', span: lines.span(start, end) });
    }
    const isConstant = /(?::=|=>?)\s*$/.test(program.masked.slice(Math.max(0, start - 10), start));
    const match = value !== null && isConstant && value.trim().length >= 10 ? catalogue?.match(value) : null;
    if (match != null) {
      const { line } = lines.position(start);
      const use = { promptName: match.name, version: match.version, label: null, via: 'text' } as const;
      found.push({ ...plain(line), ...use, localText: 'same', span: lines.span(start, end) });
    }
  }
  return found;
}

function plain(line: number): Pick<FoundUse, 'line' | 'dynamic' | 'localText'> {
  return { line, dynamic: notDynamic, localText: null };
}
