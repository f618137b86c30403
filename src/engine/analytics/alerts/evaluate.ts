import type { AlertState } from '../../../protocol/analytics.ts';
import type { Numbers } from '../../../format/numbers.ts';
import { measure, scopeOf, type MeasureContext, type Measurement } from './measure.ts';
import type { AlertRule } from './rules.ts';
import { messageOf, titleOf } from './texts.ts';
import type { Finding, Memory } from './transition.ts';

/** A rule with its figure, before it is known what was told already. */
export interface MeasuredRule {
  readonly rule: AlertRule;
  readonly measurement: Measurement;
  readonly finding: Finding;
}

export async function measureAll(rules: readonly AlertRule[], context: MeasureContext): Promise<MeasuredRule[]> {
  const measured: MeasuredRule[] = [];
  for (const rule of rules) {
    context.signal?.throwIfAborted();
    const measurement = await measure(rule, context);
    measured.push({ rule, measurement, finding: findingOf(rule, measurement) });
  }
  return measured;
}

/** What a person is told of a rule. */
export function stateOf({ rule, measurement }: MeasuredRule, memory: Memory, numbers: Numbers): AlertState {
  return {
    id: rule.id,
    title: titleOf(rule),
    kind: rule.kind,
    state: memory.state,
    level: memory.state === 'firing' && 'levels' in rule ? memory.level : null,
    value: measurement.value,
    limit: limitOf(rule),
    unit: unitOf(rule),
    message: messageOf(rule, measurement, numbers),
    since: memory.since,
    period: measurement.range,
    scope: scopeOf(rule, measurement.range),
  };
}

function findingOf(rule: AlertRule, { value, sure, range }: Measurement): Finding {
  const periodStart = 'levels' in rule ? range.start : null;
  if (value === null) {
    return { reached: 'noData', periodStart };
  }
  const levels = 'levels' in rule ? rule.levels : [1];
  const reached = levels.filter((level) => value >= level * limitOf(rule));
  return { reached: reached.length > 0 && sure ? Math.max(...reached) : 'below', periodStart };
}

function limitOf(rule: AlertRule): number {
  switch (rule.kind) {
    case 'budget':
    case 'forecast':
      return rule.limitUsd;
    case 'latency':
      return rule.limitSeconds;
    case 'noData':
      return rule.hours;
    case 'errorRate':
    case 'fallbackRate':
    case 'qualityDrop':
      return rule.limit;
  }
}

function unitOf(rule: AlertRule): AlertState['unit'] {
  switch (rule.kind) {
    case 'budget':
    case 'forecast':
      return 'usd';
    case 'errorRate':
    case 'fallbackRate':
      return 'rate';
    case 'latency':
      return 'seconds';
    case 'noData':
      return 'hours';
    case 'qualityDrop':
      return 'score';
  }
}
