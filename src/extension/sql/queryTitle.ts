/** How a query document says in its first line that it is one, in every file and copy of it. */
const marker = /^\s*--\s*Langfuse metrics\b:?[ \t]*(?<title>[^\n]*)/i;

/** The first lines of a query document. */
export function queryHead(title: string | null, description: string | null): string {
  const lines = [
    title === null ? 'Langfuse metrics' : `Langfuse metrics: ${title}`,
    ...(description ?? '').split('\n'),
  ];
  return lines
    .filter((line) => line !== '')
    .map((line) => `-- ${line}\n`)
    .join('');
}

export function hasQueryHead(text: string): boolean {
  return marker.test(text);
}

/** What the document calls itself; null when it does not. */
export function queryTitle(text: string): string | null {
  const title = marker.exec(text)?.groups?.title?.trim() ?? '';
  return title === '' ? null : title;
}
