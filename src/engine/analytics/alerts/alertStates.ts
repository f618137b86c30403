import * as z from 'zod';
import type { AlertState } from '../../../protocol/analytics.ts';
import type { Question } from '../../questions/question.ts';

const urgency: Readonly<Record<AlertState['state'], number>> = { firing: 0, invalid: 1, noData: 2, ok: 3 };

/** The alerts as they were evaluated last, the urgent ones first. */
export const alertStatesQuestion: Question<'alertStates'> = {
  params: z.strictObject({}),
  async answer(_params, { db }): Promise<readonly AlertState[]> {
    const rows = await db.selectFrom('alert_states').select('answer').orderBy('alert_id').execute();
    const states = rows.map(({ answer }) => JSON.parse(answer) as AlertState);
    return states.sort((a, b) => urgency[a.state] - urgency[b.state] || a.title.localeCompare(b.title));
  },
};
