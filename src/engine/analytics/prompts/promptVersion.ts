import * as z from 'zod';
import type { PromptVersionText } from '../../../protocol/browse.ts';
import type { Question } from '../../questions/question.ts';
import { labelsOf } from './catalogue.ts';

/** One version with its text. Where several projects have it and none is named, the first by its id. */
export const promptVersionQuestion: Question<'promptVersion'> = {
  params: z.strictObject({
    projectId: z.string().nullable(),
    prompt: z.string().min(1),
    version: z.number().int(),
  }),
  async answer({ projectId, prompt, version }, { db }): Promise<PromptVersionText | null> {
    const row = await db
      .selectFrom('prompt_variants')
      .select(['project_id', 'prompt_type', 'labels', 'prompt_template', 'config', 'created_at', 'description'])
      .where('prompt_name', '=', prompt)
      .where('version', '=', version)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId ?? ''))
      .orderBy('project_id')
      .limit(1)
      .executeTakeFirst();
    return row === undefined
      ? null
      : {
          projectId: row.project_id,
          prompt,
          version,
          type: row.prompt_type,
          labels: labelsOf(row.labels),
          template: row.prompt_template,
          config: row.config,
          createdAt: row.created_at,
          description: row.description,
        };
  },
};
