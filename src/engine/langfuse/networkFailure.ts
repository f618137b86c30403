import { TimedOut } from './exchange.ts';

/** What fetch threw in another thread: as a message, errors would lose what their causes say. */
export interface NetworkFailure {
  readonly timedOut: boolean;
  /** The error and its causes. */
  readonly chain: readonly { readonly message: string; readonly code: string | null }[];
}

const deepest = 5;

export function describeFailure(error: unknown): NetworkFailure {
  const chain: { message: string; code: string | null }[] = [];
  for (let at = error; at instanceof Error && chain.length < deepest; at = at.cause) {
    chain.push({ message: at.message, code: 'code' in at && typeof at.code === 'string' ? at.code : null });
  }
  return { timedOut: error instanceof TimedOut, chain };
}

export function reviveFailure({ timedOut, chain }: NetworkFailure): Error {
  if (timedOut) {
    return new TimedOut();
  }
  const [first = new Error('fetch'), ...outer] = chain
    .toReversed()
    .map(({ message, code }) => Object.assign(new Error(message), code === null ? {} : { code }));
  return outer.reduce((cause, error) => Object.assign(error, { cause }), first);
}
