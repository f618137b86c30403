import { createHash } from 'node:crypto';

/** Texts that differ only in this way are the same template: byte order mark, line ends, spaces, spaces inside `{{ }}`. */
export function normaliseTemplate(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\{\{\s*([^{}]*?)\s*\}\}/g, '{{$1}}')
    .replace(/\s+/g, ' ')
    .trim();
}

/** LangChain and `str.format` write `{x}` for `{{x}}`, and `{{` for a brace. */
export function doubledBraces(normalised: string): string {
  return normalised.replace(/(?<!\{)\{([\p{L}_][\p{L}\p{N}_]*)\}(?!\})/gu, '{{$1}}');
}

/** As `doubledBraces`, where the text's own braces were escaped for `str.format`. */
export function fromFormatString(normalised: string): string {
  return normalised.replace(/\{\{|\}\}|\{([\p{L}_][\p{L}\p{N}_]*)\}/gu, (match, name: string | undefined) =>
    name === undefined ? match.slice(0, 1) : `{{${name}}}`,
  );
}

export function templateHash(normalised: string): string {
  return createHash('sha256').update(normalised).digest('base64');
}
