import type { Clock } from '../ports.ts';
import type { ClockSample } from './clock.ts';

/** The clock of a machine whose processes share limits. */
export interface LimiterClock extends Clock {
  sample(): ClockSample;
}
