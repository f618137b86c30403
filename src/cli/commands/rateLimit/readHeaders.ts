import type { ResponseHeaders } from '../../../protocol/limiter.ts';

/**
 * Headers as a script has them at hand: what `curl --include` or `--dump-header` prints, up to the
 * body, or one JSON object. Of several responses (redirects, retries) the last counts.
 */
export function readHeaders(text: string): ResponseHeaders {
  return text.trimStart().startsWith('{') ? fromJson(text) : fromLines(text);
}

function fromJson(text: string): ResponseHeaders {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return {};
  }
  const entries = Object.entries(parsed as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function fromLines(text: string): ResponseHeaders {
  let headers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (/^HTTP\/\d/.test(line)) {
      headers = {};
    }
    const match = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(line);
    if (match !== null) {
      headers[(match[1] ?? '').toLowerCase()] = (match[2] ?? '').trim();
    }
  }
  return headers;
}
