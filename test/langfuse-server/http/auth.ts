import { ApiError } from './apiError.ts';
import type { LangfuseServerOptions } from '../options.ts';

export type Access = 'read' | 'write' | 'score';

const confirm = "Confirm that you've configured the correct host.";

/**
 * Checks the Authorization header as Langfuse does. The public key alone (Bearer) may create scores.
 * @throws ApiError 401 or 403; prompts answer 401 with an error name as well
 */
export function authorize(
  options: Pick<LangfuseServerOptions, 'publicKey' | 'secretKey' | 'keyType'>,
  header: string | undefined,
  access: Access,
  namesError: boolean,
): void {
  const refuse = (message: string): never => {
    throw new ApiError(401, { message, ...(namesError ? { error: 'UnauthorizedError' } : {}) });
  };
  if (header === undefined) return refuse('No authorization header');
  const [scheme, value = ''] = header.split(' ');
  if (scheme === 'Bearer') {
    if (value !== options.publicKey) return refuse(`Invalid public key. ${confirm}`);
    if (access !== 'score') throw forbidden();
    return;
  }
  if (scheme !== 'Basic') return refuse('Invalid authorization header');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return refuse(`Invalid character. ${confirm}`);
  const credentials = Buffer.from(value, 'base64').toString('utf8');
  if (credentials !== `${options.publicKey}:${options.secretKey}`) return refuse(`Invalid credentials. ${confirm}`);
  if (options.keyType === 'viewer' && access !== 'read') throw forbidden();
  if (options.keyType === 'ingestion' && access === 'read') throw forbidden();
}

function forbidden(): ApiError {
  return new ApiError(403, { message: 'Access denied - insufficient permissions for this endpoint' });
}
