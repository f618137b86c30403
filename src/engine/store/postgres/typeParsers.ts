/** Values as the rest of the engine knows them (schema.ts), whatever PostgreSQL calls their types. */
type TypeParser = (text: string) => string | number | null;

/** Object ids of built-in types; they never change (pg_type.dat). */
const oids = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;

const sessionTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/;

/** "2026-01-01 00:00:00.5+00" becomes "2026-01-01T00:00:00.500Z"; sessions run in UTC. `infinity` and the like stay. */
export function isoTimestamp(text: string): string {
  const match = sessionTime.exec(text);
  if (match === null) {
    return text;
  }
  const [, date = '', time = '', fraction = ''] = match;
  return `${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
}

/** What JSON would change (whole numbers beyond 2^53, NaN, infinities) stays text. */
function number(text: string): number | string {
  const value = Number(text);
  if (!Number.isFinite(value)) {
    return text;
  }
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(text) ? text : value;
}

/** Without the blanks that jsonb puts after colons and commas: the text that JSON.stringify writes. */
const compactJson: TypeParser = (text) => JSON.stringify(JSON.parse(text));

const parsers: ReadonlyMap<number, TypeParser> = new Map<number, TypeParser>([
  [oids.bool, (text) => (text === 't' ? 1 : 0)],
  [oids.bytea, (text) => text.replace(/^\\x/, '')],
  [oids.int2, Number],
  [oids.int4, Number],
  [oids.oid, Number],
  [oids.int8, number],
  [oids.numeric, number],
  [oids.float4, number],
  [oids.float8, number],
  [oids.timestamptz, isoTimestamp],
  [oids.json, compactJson],
  [oids.jsonb, compactJson],
]);

const asText: TypeParser = (text) => text;

/** For pg's `types` option of one client; the driver's own table, which all clients share, stays as it is. */
export const typeParsers = {
  getTypeParser: (oid: number): TypeParser => parsers.get(oid) ?? asText,
};
