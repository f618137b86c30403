import * as z from 'zod';
import { requiredTime, text, textOrJson, time, wireFlag, wireText, wireAny } from './fields.ts';
import { splitMetadata } from './metadata.ts';
import type { TraceRecord } from './records.ts';
import { readRow } from './rows.ts';

/** A row of the legacy /traces, field groups `core` and `io`. */
const wireTrace = z.object({
  id: z.string().min(1),
  projectId: wireText,
  timestamp: z.string(),
  createdAt: wireText,
  updatedAt: wireText,
  name: wireText,
  userId: wireText,
  sessionId: wireText,
  environment: wireText,
  version: wireText,
  release: wireText,
  tags: z.array(z.string()).nullish(),
  bookmarked: wireFlag,
  public: wireFlag,
  input: wireAny,
  output: wireAny,
  metadata: wireAny,
});

/** @throws MalformedRow when the row cannot be read. */
export function normaliseTrace(wire: unknown, projectId: string): TraceRecord {
  const row = readRow(wireTrace, wire);
  return {
    projectId: text(row.projectId) ?? projectId,
    id: row.id,
    timestamp: requiredTime(row.timestamp, 'timestamp'),
    createdAt: time(row.createdAt, 'createdAt'),
    updatedAt: time(row.updatedAt, 'updatedAt'),
    name: text(row.name),
    userId: text(row.userId),
    sessionId: text(row.sessionId),
    environment: text(row.environment) ?? 'default',
    version: text(row.version),
    release: text(row.release),
    tags: row.tags ?? [],
    bookmarked: row.bookmarked === true,
    public: row.public === true,
    input: textOrJson(row.input),
    output: textOrJson(row.output),
    ...splitMetadata(row.metadata),
  };
}
