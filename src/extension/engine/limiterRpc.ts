import { RequestType } from 'vscode-jsonrpc';
import type { ErrorData } from '../../protocol/errors.ts';
import type { Limiter, LimitsProblem } from '../../protocol/limiter.ts';
import type { DatabaseConfig } from '../database/connection.ts';

/** Which limiter a call is for: every call says so, as calls of the engine do. */
export interface LimiterLocation {
  /** Absolute path of the workspace folder. */
  readonly workspace: string;
  /** Absolute path of the rate limit database; the limits file lies beside it. */
  readonly path: string;
  /** In place of the file; null keeps the counters in it. */
  readonly postgres: DatabaseConfig | null;
}

/** What the extension offers or needs of a limiter: one request in, one answer out. */
export type RemoteLimiter = Pick<Limiter, 'acquire' | 'report' | 'status' | 'limits' | 'pause' | 'resume' | 'reset'>;
export type LimiterMethod = keyof RemoteLimiter;

export interface LimiterCall {
  readonly location: LimiterLocation;
  readonly method: LimiterMethod;
  /** Null for a method that takes none. */
  readonly request: unknown;
}

export const limiterRequest = new RequestType<LimiterCall, unknown, ErrorData>('limiter/call');

export interface LimitsText {
  /** For messages. */
  readonly file: string;
  readonly text: string;
}

/** What is wrong with the text of a limits file, saved or not; null when it could be in force. */
export const checkLimitsRequest = new RequestType<LimitsText, LimitsProblem | null, ErrorData>('limiter/check');
