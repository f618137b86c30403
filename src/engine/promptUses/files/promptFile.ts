import path from 'node:path';
import type { PromptCatalogue, TemplateMatch } from '../catalogue.ts';
import { compositionTags } from '../compositionTags.ts';
import { DataUses } from '../data/dataUses.ts';
import { parseYamlData, type DataMap } from '../data/dataTree.ts';
import { isPromptName, notDynamic, type FoundUse } from '../promptUse.ts';
import { TextLines } from '../textLines.ts';

const textExtensions = /\.(md|mdx|txt|j2|jinja2?|mustache|hbs|prompt|prompty)$/i;
/** Editors' own prompt files: their name is that of a command. */
const editorPrompt = /\.prompt\.md$/i;
const frontMatter = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** True for files whose whole text is meant for a model, by where they lie or what they are called. */
export function isPromptFile(file: string): boolean {
  return (
    /\.(prompt|prompty)$/i.test(file) ||
    editorPrompt.test(file) ||
    (/(^|\/)prompts\//i.test(file) && textExtensions.test(file))
  );
}

/** Uses in Markdown, text and templates: what the front matter says, the file's place, its text and its tags. */
export function textFileUses(
  file: string,
  text: string,
  isPrompt: boolean,
  catalogue: PromptCatalogue | null,
): FoundUse[] {
  const lines = new TextLines(text);
  const head = frontMatter.exec(text);
  const body = text.slice(head?.[0].length ?? 0);
  const tags = tagUses(lines, head?.[0].length ?? 0, /\.mdx?$/i.test(file) && !isPrompt);
  const root = head === null ? undefined : parseYamlData(head[1] ?? '')[0];
  const data = root?.kind === 'map' ? root : null;
  const offset = head === null ? 0 : head[0].indexOf(head[1] ?? '');
  const keyed =
    data === null ? [] : new DataUses(lines, catalogue, offset).find(data).filter(({ via }) => via === 'key');
  if (keyed.length > 0) {
    return [...keyed.map((use) => withText(use, body, catalogue)), ...tags];
  }
  const own = catalogue === null ? null : ownUse(file, lines, { data, offset, body, isPrompt }, catalogue);
  return own === null ? tags : [own, ...tags];
}

interface Parts {
  readonly data: DataMap | null;
  readonly offset: number;
  readonly body: string;
  readonly isPrompt: boolean;
}

/** The prompt that the file as a whole is, if the database knows its name or its text. */
function ownUse(file: string, lines: TextLines, parts: Parts, catalogue: PromptCatalogue): FoundUse | null {
  if (parts.isPrompt && !editorPrompt.test(file)) {
    const named = namedUse(lines, parts, catalogue) ?? placedUse(file, catalogue);
    if (named !== null) {
      return withText(named, parts.body, catalogue);
    }
  }
  for (const text of [...sections(parts.body), lines.text]) {
    const match = catalogue.match(text);
    if (match !== null) {
      return { ...wholeFile(match.name), via: 'text', version: match.version, localText: 'same' };
    }
  }
  return null;
}

function namedUse(lines: TextLines, { data, offset }: Parts, catalogue: PromptCatalogue): FoundUse | null {
  const name = data?.entries.find(({ key }) => key === 'name')?.value;
  return name?.kind === 'scalar' && typeof name.value === 'string' && catalogue.has(name.value)
    ? new DataUses(lines, catalogue, offset).use(name, name.value, 'frontMatter')
    : null;
}

function placedUse(file: string, catalogue: PromptCatalogue): FoundUse | null {
  const name = placeNames(file).find((candidate) => isPromptName(candidate) && catalogue.has(candidate));
  return name === undefined ? null : { ...wholeFile(name), via: 'path' };
}

/** `prompts/agents/reviewer.md` is `agents/reviewer`; `reviewer.prompt` is `reviewer` wherever it lies. */
function placeNames(file: string): string[] {
  const stem = withoutExtensions(file);
  const below = [...stem.matchAll(/(?:^|\/)prompts\//gi)].map(({ index, 0: match }) =>
    stem.slice(index + match.length),
  );
  if (!/\.prompt$/i.test(file)) {
    return below;
  }
  const base = path.posix.basename(stem);
  // dotprompt: name.variant.prompt
  return [...below, base, base.replace(/\.[^.]+$/, '')];
}

function withoutExtensions(file: string): string {
  let stem = file;
  while (textExtensions.test(stem)) {
    stem = stem.replace(textExtensions, '');
  }
  return stem;
}

function wholeFile(promptName: string): FoundUse {
  return {
    line: 0,
    promptName,
    version: null,
    label: null,
    via: 'text',
    dynamic: notDynamic,
    localText: null,
    span: { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 },
  };
}

function withText(use: FoundUse, body: string, catalogue: PromptCatalogue | null): FoundUse {
  if (catalogue?.has(use.promptName) !== true || body.trim() === '') {
    return use;
  }
  const match = sections(body).reduce<TemplateMatch | null>(
    (found, text) => found ?? catalogue.matchOf(use.promptName, text),
    null,
  );
  return match === null
    ? { ...use, localText: 'differs' }
    : { ...use, localText: 'same', version: use.version ?? (use.via === 'key' ? null : match.version) };
}

/** The whole body, and its system message where roles head its parts (prompty, dotprompt). */
function sections(body: string): string[] {
  const prompty = /^[ \t]*system:[ \t]*\r?\n([\s\S]*?)(?=^[ \t]*(?:user|assistant):[ \t]*\r?$|(?![\s\S]))/im.exec(body);
  const dotprompt = /\{\{\s*role\s+"system"\s*\}\}([\s\S]*?)(?=\{\{\s*role\s|(?![\s\S]))/.exec(body);
  return [body, prompty?.[1], dotprompt?.[1]].filter((text) => text !== undefined && text.trim() !== '') as string[];
}

/** In a guide, a tag between backquotes is an example. */
function tagUses(lines: TextLines, bodyStart: number, quoted: boolean): FoundUse[] {
  const body = lines.text.slice(bodyStart);
  const text = quoted ? body.replace(/```[\s\S]*?(?:```|$)|`[^`\n]*`/g, (code) => code.replace(/[^\n]/g, ' ')) : body;
  return compositionTags(text).map(({ index, length, promptName, version, label }) => {
    const span = lines.span(bodyStart + index, bodyStart + index + length);
    const line = span.startLine;
    return { line, promptName, version, label, via: 'composition', dynamic: notDynamic, localText: null, span };
  });
}
