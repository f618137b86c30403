/** What an evaluation found. */
export interface Finding {
  /** Null: nothing can be said now. */
  readonly reached: 'noData' | 'below' | number;
  /** Of the calendar period that the figure is of; null for the last so many hours. */
  readonly periodStart: string | null;
}

/** What is remembered of an alert from one evaluation to the next. */
export interface Memory {
  readonly state: 'ok' | 'firing' | 'noData';
  /** The level that it fires at; kept through times without data. */
  readonly level: number | null;
  /** The highest level that has fired in this period, or since it last recovered where there are no periods. */
  readonly firedLevel: number | null;
  readonly periodStart: string | null;
  /** When `state` or `level` last changed. */
  readonly since: string;
}

export interface Transition {
  readonly memory: Memory;
  /** It fires now, at a level that has not fired before in this period. */
  readonly fired: boolean;
  readonly recovered: boolean;
}

/**
 * The next state of an alert. A level fires once in a period, however often the figure falls below it
 * and returns; a new period starts afresh. Without periods an alert fires again once it has
 * recovered. Missing data neither fires nor recovers anything.
 * @param before null at its first evaluation
 * @param now ISO-8601
 */
export function advance(before: Memory | null, { reached, periodStart }: Finding, now: string): Transition {
  const wasFiring = before !== null && before.level !== null;
  const samePeriod = before !== null && before.periodStart === periodStart;
  const firedBefore = samePeriod ? before.firedLevel : null;
  if (reached === 'noData') {
    const level = samePeriod ? before.level : null;
    const memory = remember(before, { state: 'noData', level, firedLevel: firedBefore, periodStart }, now);
    return { memory, fired: false, recovered: wasFiring && level === null };
  }
  if (reached === 'below') {
    const firedLevel = periodStart === null ? null : firedBefore;
    const memory = remember(before, { state: 'ok', level: null, firedLevel, periodStart }, now);
    return { memory, fired: false, recovered: wasFiring };
  }
  const fired = firedBefore === null || reached > firedBefore;
  const firedLevel = fired ? reached : firedBefore;
  return {
    memory: remember(before, { state: 'firing', level: reached, firedLevel, periodStart }, now),
    fired,
    recovered: false,
  };
}

function remember(before: Memory | null, next: Omit<Memory, 'since'>, now: string): Memory {
  const unchanged =
    before !== null &&
    before.state === next.state &&
    before.level === next.level &&
    before.periodStart === next.periodStart;
  return { ...next, since: unchanged ? before.since : now };
}
