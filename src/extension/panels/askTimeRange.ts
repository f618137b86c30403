import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { TimeRange } from '../../protocol/scope.ts';
import { endProblem, parseTime, startProblem } from '../exports/timeRange.ts';
import { askInOrder, askText, type Answer, type Step } from '../quickInput/quickInput.ts';

/** Asks for two times, beginning with those of `range`; null when the person left. */
export async function askTimeRange(title: string, range: TimeRange, clock: Clock): Promise<TimeRange | null> {
  let start = typed(range.start);
  let end = typed(range.end);
  const askStart = async (step: Step): Promise<Answer<string>> => {
    const answer = await askText({
      ...step,
      prompt: vscode.l10n.t('From this time on, in local time unless it ends with Z'),
      value: start,
      check: (text) => problem(startProblem(text, clock.now())),
    });
    start = answer.kind === 'next' ? answer.value : start;
    return answer;
  };
  const askEnd = async (step: Step): Promise<Answer<string>> => {
    const answer = await askText({
      ...step,
      prompt: vscode.l10n.t('and before this time; empty for now'),
      value: end,
      check: (text) => problem(endProblem(text, parseTime(start) ?? 0)),
    });
    end = answer.kind === 'next' ? answer.value : end;
    return answer;
  };
  const done = await askInOrder(title, () => [askStart, askEnd]);
  const from = parseTime(start);
  if (!done || from === null) {
    return null;
  }
  return { start: new Date(from).toISOString(), end: new Date(parseTime(end) ?? clock.now()).toISOString() };
}

/** Local time as it is typed: `2026-11-16T14:30`. */
function typed(instant: string): string {
  const milliseconds = Date.parse(instant);
  const local = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length);
}

function problem(message: string | null): vscode.InputBoxValidationMessage | null {
  return message === null ? null : { message, severity: vscode.InputBoxValidationSeverity.Error };
}
