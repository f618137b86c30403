import { Crowd, pause } from './crowd.ts';

/** Requests, and tokens, that the two models of the storm may take in a minute. */
export const stormLimits = { 'by-requests': 150, 'by-tokens': 1500 } as const;
type StormModel = keyof typeof stormLimits;

const windowMs = 60_000;
/** What is used may count that much longer than a minute. */
const bucketMs = 100;

export interface StormResult {
  readonly attempts: number;
  readonly grants: number;
  readonly kills: number;
  /** The largest part of a limit that a sliding minute held; 1 is all of it. */
  readonly fullest: number;
  /** The part of what the limits allowed in the whole time that was used, of the model that used less. */
  readonly used: number;
}

/**
 * Eight processes that ask for more than there is, whose wall clocks are set again and again, and of
 * which one is killed now and then, judged by what they say they were granted.
 */
export async function storm(options: {
  /** At least; and at least three minutes of the crowd's time. */
  readonly attempts: number;
  readonly speed: number;
  readonly killEveryMs: number;
}): Promise<StormResult> {
  const crowd = new Crowd({ job: 'storm', speed: options.speed });
  try {
    crowd.limit(
      { provider: 'acme', model: 'by-requests', requests: { minute: stormLimits['by-requests'] } },
      { provider: 'acme', model: 'by-tokens', tokens: { minute: stormLimits['by-tokens'] } },
    );
    await crowd.start(8);
    let kills = 0;
    const countAttempts = (): number => crowd.lines('attempts').reduce((sum, [count]) => sum + Number(count), 0);
    const leastMs = (3.2 * windowMs) / options.speed;
    for (const began = performance.now(); countAttempts() < options.attempts || performance.now() - began < leastMs;) {
      await pause(options.killEveryMs);
      crowd.killOne();
      kills += 1;
    }
    await crowd.end();
    return { attempts: countAttempts(), kills, ...judge(grantsOf(crowd)) };
  } finally {
    crowd.remove();
  }
}

interface Grant {
  readonly at: number;
  readonly model: StormModel;
  /** Of what the model is limited in. */
  readonly amount: number;
  /** What it was settled at, and not before when. A settlement that was killed may not have happened: it counts. */
  readonly settled: { readonly at: number; readonly amount: number } | null;
}

function grantsOf(crowd: Crowd): Grant[] {
  const settled = new Map(
    crowd.lines('settling').map(([at, used, reservation]) => [reservation, { at: Number(at), amount: Number(used) }]),
  );
  return crowd
    .lines('granted')
    .map(([at, model, tokens, reservation]) => ({
      at: Number(at),
      model: model as StormModel,
      amount: model === 'by-tokens' ? Number(tokens) : 1,
      settled: settled.get(reservation) ?? null,
    }))
    .sort((a, b) => a.at - b.at);
}

/** Adds up every window that ends with a grant: if one holds too much, one of these does. */
function judge(grants: readonly Grant[]): Pick<StormResult, 'grants' | 'fullest' | 'used'> {
  const models = Object.keys(stormLimits) as StormModel[];
  const verdicts = models.map((model) => {
    const own = grants.filter((grant) => grant.model === model);
    const limit = stormLimits[model];
    const [first, last] = [own[0]?.at ?? 0, own.at(-1)?.at ?? 0];
    const windows = Math.floor((last - first) / (windowMs + bucketMs));
    const total = own
      .filter(({ at }) => at < first + windows * (windowMs + bucketMs))
      .reduce((sum, { amount, settled }) => sum + (settled?.amount ?? amount), 0);
    const fullest = Math.max(...own.map((_, index) => heldAt(own, index))) / limit;
    return { fullest, used: total / (windows * limit) };
  });
  return {
    grants: grants.length,
    fullest: Math.max(...verdicts.map(({ fullest }) => fullest)),
    used: Math.min(...verdicts.map(({ used }) => used)),
  };
}

/** What the minute up to and with a grant holds. */
function heldAt(grants: readonly Grant[], index: number): number {
  const end = grants[index]?.at ?? 0;
  let held = 0;
  for (let earlier = index; earlier >= 0; earlier -= 1) {
    const grant = grants[earlier];
    if (grant === undefined || grant.at <= end - windowMs) {
      break;
    }
    held += grant.settled !== null && grant.settled.at <= end ? grant.settled.amount : grant.amount;
  }
  return held;
}
