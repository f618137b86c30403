import type { StepTree } from './stepTree.ts';

/** Pixels across that are told apart: more steps than that share a pixel. */
const resolution = 400;

export type OverviewLane = 'model' | 'tool' | 'error';

/** When models, tools and failures were at work, as paths of an SVG that is `width` wide and 1 high. */
export interface Overview {
  readonly width: number;
  readonly lanes: Readonly<Record<OverviewLane, string>>;
}

/** One pass over all steps; groups are left out, since they only repeat what lies below them. */
export function overviewOf(tree: StepTree): Overview {
  const covered: Readonly<Record<OverviewLane, Uint8Array>> = {
    model: new Uint8Array(resolution),
    tool: new Uint8Array(resolution),
    error: new Uint8Array(resolution),
  };
  const pixel = (milliseconds: number): number =>
    tree.duration <= 0
      ? 0
      : Math.max(0, Math.min(resolution - 1, Math.floor((milliseconds / tree.duration) * resolution)));
  for (let place = 0; place < tree.size; place++) {
    const { kind, failed, start, end } = tree.bar(place);
    const lane =
      failed && !tree.hasChildren(place) ? 'error' : kind === 'model' ? 'model' : kind === 'tool' ? 'tool' : null;
    if (lane !== null) {
      covered[lane].fill(1, pixel(start), pixel(end ?? start) + 1);
    }
  }
  return {
    width: resolution,
    lanes: { model: pathOf(covered.model), tool: pathOf(covered.tool), error: pathOf(covered.error) },
  };
}

function pathOf(covered: Uint8Array): string {
  let path = '';
  for (let from = 0; from < covered.length; from++) {
    if (covered[from] === 1) {
      const end = covered.indexOf(0, from);
      const to = end === -1 ? covered.length : end;
      path += `M${from} 0H${to}`;
      from = to;
    }
  }
  return path;
}
