import { openedList } from './cursorList.ts';
import { countByTime } from './metrics.ts';
import { readModelPrices } from './modelPrices.ts';
import { bounds, type ProjectReader } from './projectReader.ts';
import { PromptReader } from './prompts.ts';
import type { LangfuseSource } from './records.ts';
import { readScores } from './scores.ts';
import { cursorLoop, walk } from './walk.ts';

export const observationsPath = '/api/public/v2/observations';

/**
 * Everything but tool data, which the endpoint does not give. Metadata values are cut at 200 characters
 * unless `io` is asked too (server 4.16) or `expandMetadata` names keys (the documented way, where any
 * key expands all): both, because neither is promised for ever.
 */
const observationQuery = {
  fields: 'core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context',
  expandMetadata: 'all',
};

/** A server of Langfuse v4: observations from the events table, newest first; traces have no rows. */
export function eventsSource(project: ProjectReader): LangfuseSource {
  const { http, server, budgets, log } = project;
  const prompts = new PromptReader(http, server.projectId);
  return {
    server,
    get requests() {
      return http.requests;
    },
    async *observations(window, options, reader) {
      if (window.from >= window.to) {
        return;
      }
      const { from, to } = bounds(window);
      const list = {
        path: observationsPath,
        query: { ...observationQuery, fromStartTime: from, toStartTime: to },
        budget: budgets.general,
        pageSize: project.pageSizes.observations,
      };
      const onLoop = (): Error => cursorLoop(http, observationsPath);
      for await (const { page } of walk(openedList(http, list, reader), options, onLoop)) {
        const ready = await page;
        yield ready;
        reader.release?.(ready);
      }
    },
    async *traces() {
      // Rebuilt from observations: this generation serves no traces.
    },
    scores: (window, options) => readScores(project, window, options),
    prompts: (known, signal) => prompts.read(known, signal),
    countObservations: (window, granularity, signal) =>
      countByTime(http, budgets.metrics, log, window, granularity, signal),
    modelPrices: (page, signal) => readModelPrices(project, page, signal),
    estimateSeconds: (requests) => budgets.general.estimateSeconds(requests),
  };
}
