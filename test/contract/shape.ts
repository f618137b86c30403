/** The keys of a JSON value and the types that occur at each: `$.data[].id: string`. */
export function shapeOf(value: unknown): ReadonlyMap<string, ReadonlySet<string>> {
  const shape = new Map<string, Set<string>>();
  visit(value, '$', shape);
  return shape;
}

function visit(value: unknown, place: string, shape: Map<string, Set<string>>): void {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const types = shape.get(place) ?? new Set();
  shape.set(place, types.add(type));
  if (Array.isArray(value)) value.forEach((item) => visit(item, `${place}[]`, shape));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) visit(item, `${place}.${key}`, shape);
  }
}

/** Maps that senders fill: their keys are data. And whether more follows depends on how many rows there are. */
const free =
  /^\$\.meta\.cursor$|\.(metadata|modelParameters|usageDetails|costDetails|input|output|tags|prices|config|lastConfig|prompt|conditions|tokenizerConfig|error)(\.|\[|$)/;

/**
 * Where two answers differ in shape: keys that only one has, and types that the real answer never has
 * there. A null tells nothing of the type of the other values, so it fits any.
 */
export function shapeDifferences(real: unknown, ours: unknown): string[] {
  const wanted = shapeOf(real);
  const got = shapeOf(ours);
  const differences: string[] = [];
  for (const [place, types] of wanted) {
    if (free.test(place)) continue;
    const known = got.get(place);
    if (known === undefined) {
      // Inside a list that is empty here, or a value that is null here, there is nothing to compare.
      if (parentHasContent(got, place)) differences.push(`${place}: missing`);
    } else {
      const surprising = [...known].filter((type) => type !== 'null' && !types.has(type));
      if (surprising.length > 0 && [...types].some((type) => type !== 'null'))
        differences.push(`${place}: ${surprising.join()} where the real server has ${[...types].join()}`);
    }
  }
  for (const place of got.keys()) {
    if (!free.test(place) && !wanted.has(place) && parentHasContent(wanted, place))
      differences.push(`${place}: not in the real answer`);
  }
  return differences;
}

function parentHasContent(shape: ReadonlyMap<string, ReadonlySet<string>>, place: string): boolean {
  const parent = place.replace(/(\[\]|\.[^.[\]]+)$/, '');
  if (place.endsWith('[]')) return false;
  return shape.get(parent)?.has('object') === true;
}
