import * as l10n from '@vscode/l10n';
import type { FacetsAnswer } from '../../src/protocol/browse.ts';
import type { PickItem } from '../../src/protocol/panels.ts';
import type { Scope, ScopeFilters } from '../../src/protocol/scope.ts';
import type { Host } from './host.ts';

/** The fields that a person filters by. */
export type FilterField = Exclude<keyof ScopeFilters, 'promptVersions'>;

export const filterFields: readonly FilterField[] = [
  'models',
  'environments',
  'prompts',
  'traceNames',
  'agents',
  'users',
  'sessions',
  'tags',
  'providers',
];

export function fieldName(field: FilterField): string {
  switch (field) {
    case 'models':
      return l10n.t('model');
    case 'providers':
      return l10n.t('provider');
    case 'prompts':
      return l10n.t('prompt');
    case 'environments':
      return l10n.t('environment');
    case 'traceNames':
      return l10n.t('trace');
    case 'agents':
      return l10n.t('agent');
    case 'users':
      return l10n.t('user');
    case 'sessions':
      return l10n.t('session');
    case 'tags':
      return l10n.t('tag');
  }
}

/** Adds the value to the field, or takes it away when it is there. Versions belong to one prompt and go with it. */
export function toggleFilter(filters: ScopeFilters, field: FilterField, value: string): ScopeFilters {
  const before = filters[field] ?? [];
  const after = before.includes(value) ? before.filter((other) => other !== value) : [...before, value];
  return withField(filters, field, after);
}

export function withoutField(filters: ScopeFilters, field: FilterField): ScopeFilters {
  return withField(filters, field, []);
}

export function hasFilters(filters: ScopeFilters): boolean {
  return filterFields.some((field) => (filters[field] ?? []).length > 0);
}

/** The filters in words: `production, claude-sonnet-4-5`. */
export function filtersText(filters: ScopeFilters): string {
  return filterFields.flatMap((field) => filters[field] ?? []).join(', ');
}

function withField(filters: ScopeFilters, field: FilterField, values: readonly string[]): ScopeFilters {
  const kept = Object.entries(filters).filter(
    ([name]) => name !== field && !(field === 'prompts' && name === 'promptVersions'),
  );
  return Object.fromEntries(values.length === 0 ? kept : [...kept, [field, values]]);
}

/** Values of each field that are offered. */
const offered = 100;

/** Lets a person choose filters in the editor's quick pick, of what the range holds; null when it was dismissed. */
export async function pickFilters(
  host: Pick<Host, 'ask' | 'pick'>,
  title: string,
  { filters = {}, ...scope }: Scope,
  fields: readonly FilterField[] = filterFields,
): Promise<ScopeFilters | null> {
  const chosen = await host.pick({
    title,
    placeholder: l10n.t('Values of one kind are alternatives; kinds are combined'),
    items: filterItems(await host.ask('facets', { scope, limit: offered }), filters, fields),
    many: true,
  });
  return chosen === null ? null : filtersOfItems(chosen);
}

/** What the editor's quick pick offers for "Add filter": every value of every field, those in force checked. */
export function filterItems(
  facets: FacetsAnswer,
  filters: ScopeFilters,
  fields: readonly FilterField[] = filterFields,
): readonly PickItem[] {
  return fields.flatMap((field) => {
    const chosen = filters[field] ?? [];
    // A value in force is offered even where the facets no longer list it: it must be possible to take it away.
    const values = [...new Set([...chosen, ...facets[field]])];
    return values.map((value) => ({
      id: JSON.stringify([field, value]),
      label: value,
      description: fieldName(field),
      picked: chosen.includes(value),
    }));
  });
}

/** The filters that the ids of `filterItems` say. */
export function filtersOfItems(ids: readonly string[]): ScopeFilters {
  const filters: Partial<Record<FilterField, string[]>> = {};
  for (const id of ids) {
    const [field, value] = JSON.parse(id) as [FilterField, string];
    (filters[field] ??= []).push(value);
  }
  return filters;
}
