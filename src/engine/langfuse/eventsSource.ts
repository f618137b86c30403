import { cursorList } from './cursorList.ts';
import { countByTime } from './metrics.ts';
import { readModelPrices } from './modelPrices.ts';
import { normaliseObservation } from './normaliseObservation.ts';
import { bounds, readPages, type ProjectReader } from './projectReader.ts';
import { PromptReader } from './prompts.ts';
import type { LangfuseSource, ObservationRecord, SourcePage } from './records.ts';
import { readScores } from './scores.ts';

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
export function eventsSource(reader: ProjectReader): LangfuseSource {
  const { http, server, budgets, log } = reader;
  const prompts = new PromptReader(http, server.projectId);
  return {
    server,
    get requests() {
      return http.requests;
    },
    observations(window, options): AsyncIterable<SourcePage<ObservationRecord>> {
      const { from, to } = bounds(window);
      const fetchPage = cursorList(http, {
        path: observationsPath,
        query: { ...observationQuery, fromStartTime: from, toStartTime: to },
        budget: budgets.general,
        pageSize: reader.pageSizes.observations,
      });
      const list = { stream: 'observations', path: observationsPath, fetchPage, map: normaliseObservation } as const;
      return readPages(reader, list, window, options);
    },
    async *traces() {
      // Rebuilt from observations: this generation serves no traces.
    },
    scores: (window, options) => readScores(reader, window, options),
    prompts: (known, signal) => prompts.read(known, signal),
    countObservations: (window, granularity, signal) =>
      countByTime(http, budgets.metrics, log, window, granularity, signal),
    modelPrices: (page, signal) => readModelPrices(reader, page, signal),
    estimateSeconds: (requests) => budgets.general.estimateSeconds(requests),
  };
}
