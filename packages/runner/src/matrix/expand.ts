import { asText, evaluate, type Json } from '../expressions/evaluate.ts';

export interface Leg {
  readonly matrix: Readonly<Record<string, Json>>;
  /** `v1, v2` of the job's name: leaves of the original values. */
  readonly label: string;
}

/** The matrix cannot be built; GitHub's words (MatrixBuilder.cs). */
export class MatrixError extends Error {
  override readonly name = 'MatrixError';
}

type Entries = Readonly<Record<string, Json>>;

const MOST_JOBS = 256;

/** Product, first key slowest; then exclude; then include in order (J5). */
export function expandMatrix(value: Json): Leg[] {
  if (!isEntries(value)) throw new MatrixError('Matrix must be a mapping');
  const vectors = Object.entries(value).filter(([key]) => !['include', 'exclude'].includes(key.toLowerCase()));
  for (const [key, vector] of vectors) {
    if (!Array.isArray(vector)) throw new MatrixError(`Matrix vector '${key}' must be a sequence`);
    if (vector.length === 0) throw new MatrixError(`Matrix vector '${key}' does not contain any values`);
  }
  const names = vectors.map(([key]) => key);
  const excludes = listOf(value, 'exclude');
  const includes = listOf(value, 'include').map((item) => splitInclude(item, names));
  if (names.length === 0 && includes.length === 0) throw new MatrixError('Matrix must define at least one vector');
  for (const exclude of excludes) {
    for (const key of Object.keys(exclude)) if (!names.some((name) => same(name, key))) throw new MatrixError(`Matrix exclude key '${key}' does not match any key within the matrix`);
    if (Object.keys(exclude).length === 0) throw new MatrixError('Matrix exclude filter must not be empty');
  }
  const products = productOf(vectors as [string, readonly Json[]][]).filter((matrix) => !excludes.some((exclude) => matches(exclude, matrix)));
  const used = new Set<object>();
  const legs = products.map((matrix) => {
    const fitting = includes.filter((include) => matches(include.filter, matrix));
    fitting.forEach((include) => used.add(include));
    return { matrix: { ...matrix, ...Object.assign({}, ...fitting.map((include) => include.extra)) as Entries }, label: labelOf(matrix) };
  });
  const alone = includes.filter((include) => !used.has(include)).map((include) => ({ ...include.filter, ...include.extra }));
  const all = [...legs, ...alone.map((matrix) => ({ matrix, label: labelOf(matrix) }))];
  if (all.length > MOST_JOBS) throw new MatrixError(`The matrix makes ${all.length} jobs. GitHub takes ${MOST_JOBS}.`);
  return all;
}

function productOf(vectors: readonly (readonly [string, readonly Json[]])[]): Entries[] {
  if (vectors.length === 0) return [];
  return vectors.reduce<Entries[]>((legs, [key, values]) => legs.flatMap((leg) => values.map((value) => ({ ...leg, [key]: value }))), [{}]);
}

/** Keys that are vectors filter, the rest is added. */
function splitInclude(item: Entries, names: readonly string[]): { filter: Entries; extra: Entries } {
  if (Object.keys(item).length === 0) throw new MatrixError('Matrix include mapping does not contain any values');
  const vectorOf = (key: string): string | undefined => names.find((name) => same(name, key));
  const entries = Object.entries(item);
  return {
    filter: Object.fromEntries(entries.filter(([key]) => vectorOf(key) !== undefined).map(([key, value]) => [vectorOf(key) ?? key, value])),
    extra: Object.fromEntries(entries.filter(([key]) => vectorOf(key) === undefined)),
  };
}

/** Every leaf of the filter equals what stands there, by the expressions' own `==`. */
function matches(filter: Json, actual: Json | undefined): boolean {
  if (isEntries(filter)) {
    if (!isEntries(actual)) return Object.keys(filter).length === 0;
    return Object.entries(filter).every(([key, value]) => matches(value, Object.entries(actual).find(([name]) => same(name, key))?.[1]));
  }
  if (Array.isArray(filter)) return filter.every((value: Json, index) => matches(value, Array.isArray(actual) ? (actual as readonly Json[])[index] : undefined));
  return evaluate('a.v == b.v', { a: { v: actual ?? null }, b: { v: filter } }) === true;
}

function labelOf(matrix: Entries): string {
  return leavesOf(matrix).filter((text) => text !== '').join(', ');
}

function leavesOf(value: Json): string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(leavesOf);
  return isEntries(value) ? Object.values(value).flatMap(leavesOf) : [asText(value)];
}

function listOf(matrix: Entries, key: string): Entries[] {
  const value = Object.entries(matrix).find(([name]) => same(name, key))?.[1] ?? [];
  if (!Array.isArray(value) || !value.every(isEntries)) throw new MatrixError(`Matrix ${key} must be a sequence of mappings`);
  return value;
}

function isEntries(value: Json | undefined): value is Entries {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
