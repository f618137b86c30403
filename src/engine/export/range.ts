import * as l10n from '@vscode/l10n';
import type { ExportRequest } from '../../protocol/engine.ts';
import type { EngineConfig } from '../config/config.ts';
import { EngineError } from '../errors.ts';
import type { TimeWindow } from '../langfuse/records.ts';

const hour = 3_600_000;

/**
 * The range of start times that a run walks. Asked for: as given, up to now at most. Else from the
 * end of the newest covered range less the overlap, so that a machine that was off catches up;
 * with nothing covered yet, from the lookback.
 * @throws EngineError config.invalid when the range is empty or not a time
 */
export function resolveRange(
  request: ExportRequest['range'],
  coverage: readonly TimeWindow[],
  config: EngineConfig['export'],
  now: number,
): TimeWindow {
  if (request === null) {
    const newest = coverage.at(-1);
    const from = newest === undefined ? now - config.lookbackHours * hour : newest.to - config.overlapHours * hour;
    return { from: Math.min(from, now - hour), to: now };
  }
  const from = Date.parse(request.start);
  const to = Math.min(now, request.end === null ? now : Date.parse(request.end));
  if (Number.isNaN(from) || Number.isNaN(to)) {
    throw new EngineError('config.invalid', l10n.t('The time range is not made of two times.'), {
      hint: l10n.t('Write times as 2026-01-31T09:00:00Z.'),
    });
  }
  if (from >= to) {
    throw new EngineError(
      'config.invalid',
      l10n.t('The time range is empty: it starts at or after its end, or in the future.'),
      {
        hint: l10n.t('Choose a start that lies before the end and before now.'),
      },
    );
  }
  return { from, to };
}
