import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One exchange with a real server, as it was recorded. */
export interface Recording {
  /** Path below recordings/, without .json. */
  readonly name: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where the body was no JSON. */
  readonly body: unknown;
  readonly rawBody: string | undefined;
}

interface RecordingFile {
  readonly request: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly requestBody?: unknown;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly rawBody?: string;
}

export const sharedFolder = join(import.meta.dirname, '../../../shared/langfuse');

/** Recordings of one folder below recordings/ ('' is the server as it comes). Throws when the folder is missing. */
export function readRecordings(folder: string): readonly Recording[] {
  const directory = join(sharedFolder, 'recordings', folder);
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => toRecording(join(folder, entry.name.slice(0, -5)), join(directory, entry.name)));
}

function toRecording(name: string, path: string): Recording {
  const file = JSON.parse(readFileSync(path, 'utf8')) as RecordingFile;
  const space = file.request.indexOf(' ');
  return {
    name,
    method: file.request.slice(0, space),
    target: file.request.slice(space + 1),
    requestHeaders: file.requestHeaders ?? {},
    requestBody: file.requestBody,
    status: file.status,
    headers: file.responseHeaders,
    body: file.body,
    rawBody: file.rawBody,
  };
}
