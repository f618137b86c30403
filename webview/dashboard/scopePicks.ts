import * as l10n from '@vscode/l10n';
import type { ViewScope } from '../../src/opening/dashboard.ts';
import type { FacetsAnswer } from '../../src/protocol/browse.ts';
import type { TimeBucket, TimeRange } from '../../src/protocol/scope.ts';
import { pickFilters } from '../shared/filters.ts';
import type { Host } from '../shared/host.ts';
import { bucketName } from './scopeBar.ts';

type Change = Partial<ViewScope> | null;

/** Parts of the scope that are chosen in the editor's own picks. Each resolves with what is to change, null with nothing. */
export class ScopePicks {
  readonly #host: Pick<Host, 'ask' | 'pick' | 'pickRange'>;

  constructor(host: Pick<Host, 'ask' | 'pick' | 'pickRange'>) {
    this.#host = host;
  }

  async filters({ projectId, filters }: ViewScope, range: TimeRange): Promise<Change> {
    const chosen = await pickFilters(this.#host, l10n.t('Filter the dashboard'), { range, projectId, filters });
    return chosen === null ? null : { filters: chosen };
  }

  async project(projects: FacetsAnswer['projects']): Promise<Change> {
    const all = { id: '', label: l10n.t('All projects') };
    const chosen = await this.#host.pick({
      title: l10n.t('Project'),
      placeholder: l10n.t('Whose calls to show'),
      items: [all, ...projects.map(({ id, name }) => ({ id, label: name, description: id }))],
      many: false,
    });
    const [projectId] = chosen ?? [];
    return projectId === undefined ? null : { projectId: projectId === all.id ? null : projectId };
  }

  async range(current: TimeRange): Promise<Change> {
    const range = await this.#host.pickRange(current);
    return range === null ? null : { period: { kind: 'range', ...range }, bucket: null };
  }

  async bucket(): Promise<Change> {
    const buckets: readonly TimeBucket[] = ['hour', '3hours', 'day', 'week'];
    const chosen = await this.#host.pick({
      title: l10n.t('Width of bars'),
      placeholder: l10n.t('How much time one bar stands for'),
      items: buckets.map((bucket) => ({ id: bucket, label: bucketName(bucket) })),
      many: false,
    });
    const bucket = buckets.find((one) => one === chosen?.[0]);
    return bucket === undefined ? null : { bucket };
  }
}
