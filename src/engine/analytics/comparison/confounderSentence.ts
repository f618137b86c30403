import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../../format/numbers.ts';
import type { Confounder } from '../../../protocol/analytics.ts';
import { confidenceInPoints, inPoints } from './points.ts';
import type { Decision, Difference } from './successTest.ts';

/** The difference that is left at the same mix of strata. */
export interface SameMix {
  readonly difference: Difference;
  readonly pValue: number;
  readonly decision: Decision;
}

type Variable = Confounder['variable'];

/**
 * What a different mix means for the comparison, in one or two sentences.
 * @param matters whether it may explain a difference; false only of time
 * @param common null where no stratum holds enough of both versions
 */
export function describeConfounder(
  variable: Variable,
  matters: boolean,
  common: SameMix | null,
  numbers: Numbers,
): string {
  if (!matters) {
    return l10n.t('The versions ran at different times, but inside each of them success did not change with time.');
  }
  if (common === null) {
    return nothingShared(variable);
  }
  const points = inPoints(common.difference.value, numbers);
  const remains =
    common.decision === 'undecided'
      ? undecidedAtSameMix(variable, points)
      : decidedAtSameMix(variable, points, confidenceInPoints(common.difference, numbers));
  return `${mixDiffers(variable)} ${remains}`;
}

function mixDiffers(variable: Variable): string {
  switch (variable) {
    case 'model':
      return l10n.t('The models differ.');
    case 'environment':
      return l10n.t('The environments differ.');
    case 'time':
      return l10n.t('The versions ran at different times.');
  }
}

function undecidedAtSameMix(variable: Variable, points: string): string {
  switch (variable) {
    case 'model':
      return l10n.t('With the same mix of models it is {0}: not yet decided.', points);
    case 'environment':
      return l10n.t('With the same mix of environments it is {0}: not yet decided.', points);
    case 'time':
      return l10n.t('With the same mix of periods it is {0}: not yet decided.', points);
  }
}

function decidedAtSameMix(variable: Variable, points: string, confidence: string): string {
  switch (variable) {
    case 'model':
      return l10n.t('With the same mix of models it is {0}, {1}.', points, confidence);
    case 'environment':
      return l10n.t('With the same mix of environments it is {0}, {1}.', points, confidence);
    case 'time':
      return l10n.t('With the same mix of periods it is {0}, {1}.', points, confidence);
  }
}

function nothingShared(variable: Variable): string {
  switch (variable) {
    case 'model':
      return l10n.t('The models differ, and no model was used enough by both versions to tell the two apart.');
    case 'environment':
      return l10n.t('The environments differ, and none saw enough runs of both versions to tell the two apart.');
    case 'time':
      return l10n.t(
        'The versions ran at different times, success changed with time, and no period holds enough runs of both.',
      );
  }
}
