import * as l10n from '@vscode/l10n';
import type { Credentials } from '../../protocol/engine.ts';
import { EngineError } from '../errors.ts';

export interface NewScore {
  readonly id: string;
  readonly traceId: string;
  readonly observationId: string | null;
  readonly name: string;
  readonly value: 0 | 1;
  readonly comment: string | null;
  readonly environment: string;
}

const requestMilliseconds = 15_000;

/**
 * Writes one boolean score by Langfuse's own SDK, whose path (score-create on /ingestion) every
 * server generation takes.
 * @throws EngineError langfuse.rejected with what the SDK reported; it throws nothing by itself
 */
export async function sendScore({ baseUrl, publicKey, secretKey }: Credentials, score: NewScore): Promise<void> {
  // Loaded with the first rating: nobody who never rates pays for the SDK.
  const { Langfuse } = await import('langfuse');
  const client = new Langfuse({
    baseUrl,
    publicKey,
    secretKey,
    flushAt: 1,
    fetchRetryCount: 2,
    requestTimeout: requestMilliseconds,
    environment: score.environment,
  });
  const failures: Error[] = [];
  client.on('error', (error: unknown) => failures.push(error instanceof Error ? error : new Error(String(error))));
  const { comment, observationId, ...body } = score;
  client.score({
    ...body,
    dataType: 'BOOLEAN',
    ...(observationId === null ? {} : { observationId }),
    ...(comment === null ? {} : { comment }),
  });
  await client.shutdownAsync();
  const [failure] = failures;
  if (failure !== undefined) {
    throw new EngineError('langfuse.rejected', l10n.t('Langfuse did not take the rating: {0}', failure.message), {
      hint: l10n.t('Nothing was stored. Check the keys and the connection, then rate again.'),
      cause: failure,
    });
  }
}
