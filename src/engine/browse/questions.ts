import * as z from 'zod';
import type { Facet, TraceFilter, TraceParams } from '../../protocol/browse.ts';
import { scopeSchema, timeZoneSchema } from '../analytics/calls/scope.ts';
import type { Question } from '../questions/question.ts';
import { ratingScoreName } from '../rating/ratingScoreName.ts';
import { facets } from './facets.ts';
import { observationDetail } from './observationDetail.ts';
import { traceChildren, traceDetail } from './traceDetail.ts';
import { traceOutline } from './traceOutline.ts';
import { traceSearch } from './traceSearch.ts';
import { traceGroups, withinGroup } from './traceGroups.ts';
import { traceCount, tracePage } from './tracePages.ts';

const limitSchema = z.number().int().min(1).max(100_000);
const cursorSchema = z.string().nullable().exactOptional();
const groupingSchema = z.enum(['day', 'session', 'user', 'name', 'agent']);

const facetSchema = z.enum([
  'models',
  'providers',
  'prompts',
  'environments',
  'traceNames',
  'agents',
  'users',
  'sessions',
  'tags',
  'projects',
] satisfies readonly Facet[]);

const filterSchema: z.ZodType<TraceFilter> = z.strictObject({
  scope: scopeSchema,
  text: z.string().exactOptional(),
  status: z.enum(['ok', 'error', 'fallback']).exactOptional(),
  minCostUsd: z.number().min(0).exactOptional(),
});

const traceFields = { projectId: z.string(), traceId: z.string() } satisfies Record<keyof TraceParams, z.ZodType>;

export const traceGroupsQuestion: Question<'traceGroups'> = {
  params: z.strictObject({
    filter: filterSchema,
    grouping: groupingSchema,
    timeZone: timeZoneSchema,
    limit: limitSchema,
    cursor: cursorSchema,
  }),
  answer: (params, context) => traceGroups(context, params),
};

export const tracesQuestion: Question<'traces'> = {
  params: z.strictObject({
    filter: filterSchema,
    grouping: groupingSchema,
    timeZone: timeZoneSchema,
    group: z.string().nullable().exactOptional(),
    order: z.enum(['newest', 'dearest', 'slowest']),
    limit: limitSchema,
    cursor: cursorSchema,
  }),
  answer: ({ filter, grouping, timeZone, group, order, limit, cursor }, context) =>
    tracePage(context, {
      filter,
      within: group === undefined ? null : withinGroup(grouping, group, timeZone),
      order,
      limit,
      cursor: cursor ?? null,
    }),
};

export const traceCountQuestion: Question<'traceCount'> = {
  params: z.strictObject({ filter: filterSchema }),
  answer: async ({ filter }, context) => ({ traces: await traceCount(context, filter) }),
};

export const traceQuestion: Question<'trace'> = {
  params: z.strictObject(traceFields),
  answer: (params, { db, config }) => traceDetail(db, params, config.export.capturedTextLength),
};

export const traceOutlineQuestion: Question<'traceOutline'> = {
  params: z.strictObject(traceFields),
  answer: (params, context) =>
    traceOutline(context, params, ratingScoreName(context.config), context.config.export.capturedTextLength),
};

export const traceSearchQuestion: Question<'traceSearch'> = {
  params: z.strictObject({ ...traceFields, text: z.string().min(1) }),
  answer: (params, { db }) => traceSearch(db, params),
};

export const traceChildrenQuestion: Question<'traceChildren'> = {
  params: z.strictObject({
    ...traceFields,
    parentId: z.string().nullable(),
    limit: limitSchema,
    offset: z.number().int().min(0),
  }),
  answer: (params, { db }) => traceChildren(db, params),
};

export const observationQuestion: Question<'observation'> = {
  params: z.strictObject({ ...traceFields, observationId: z.string() }),
  answer: (params, { db, config }) => observationDetail(db, params, config.export.capturedTextLength),
};

export const facetsQuestion: Question<'facets'> = {
  params: z.strictObject({ scope: scopeSchema, limit: limitSchema, of: z.array(facetSchema).exactOptional() }),
  answer: (params, context) => facets(context, params),
};
