/** What stands behind one key of the configuration that is proposed. */
export type Entry =
  /** `from`: a remark beside it; '' for none. `isUsual`: no file says so, it is what most shops have. */
  | { readonly kind: 'known'; readonly value: unknown; readonly from: string; readonly isUsual?: true }
  /** The deploy needs it, and only a person knows it. The example fits the schema. */
  | { readonly kind: 'missing'; readonly example: unknown; readonly how: string }
  /** It may be left out: a line that shows what could stand there. */
  | { readonly kind: 'hint'; readonly example: unknown; readonly how: string }
  | Section;

export interface Section {
  readonly kind: 'section';
  /** In the order of the file. */
  readonly entries: Map<string, Entry>;
}

export type Path = readonly string[];

export interface Missing {
  readonly key: string;
  readonly example: unknown;
  readonly how: string;
}

export const known = (value: unknown, from = ''): Entry => ({ kind: 'known', value, from });
export const usual = (value: unknown, from = ''): Entry => ({ kind: 'known', value, from, isUsual: true });
export const missing = (example: unknown, how: string): Entry => ({ kind: 'missing', example, how });
export const hint = (example: unknown, how: string): Entry => ({ kind: 'hint', example, how });
export const section = (entries: Readonly<Record<string, Entry | null>>): Section => ({ kind: 'section', entries: new Map(Object.entries(entries).filter((entry): entry is [string, Entry] => entry[1] !== null)) });

/** What is known, or else still to be typed. */
export function knownOr(value: unknown, example: unknown, how: string): Entry {
  return value === null || value === undefined ? missing(example, how) : known(value);
}

/** The same for what is reckoned of several files: a person knows better. */
export function usualOr(value: unknown, example: unknown, how: string): Entry {
  return value === null ? missing(example, how) : usual(value);
}

/** Every key that a person has to give, in the order of the file. */
export function missingIn(root: Section, path: Path = []): Missing[] {
  return [...root.entries].flatMap(([key, entry]) => {
    if (entry.kind === 'section') return missingIn(entry, [...path, key]);
    return entry.kind === 'missing' ? [{ key: [...path, key].join('.'), example: entry.example, how: entry.how }] : [];
  });
}

/** Takes over what the file has already, wherever the checkout does not say it. What is found stays. */
export function fill(root: Section, given: Readonly<Record<string, unknown>>, path: Path = []): void {
  for (const [key, value] of Object.entries(given)) {
    const entry = root.entries.get(key);
    if (entry?.kind === 'section') {
      if (isMapping(value)) fill(entry, value, [...path, key]);
    } else if (entry?.kind !== 'known') put(root, path, key, value);
    else if (entry.isUsual === true) root.entries.set(key, { ...entry, value });
  }
}

/** One value that a person gives; it beats what was found. */
export function set(root: Section, [key = '', ...rest]: Path, value: unknown, path: Path = []): void {
  const entry = root.entries.get(key);
  if (rest.length === 0) return put(root, path, key, value);
  if (entry?.kind === 'section') return set(entry, rest, value, [...path, key]);
  if (entry === undefined && isBlock([...path, key])) {
    const made = section({});
    root.entries.set(key, made);
    return set(made, rest, value, [...path, key]);
  }
  root.entries.set(key, known(withValue(entry?.kind === 'known' ? entry.value : {}, rest, value)));
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(root: Section, path: Path, key: string, value: unknown): void {
  if (!isMapping(value) || !isBlock([...path, key])) return void root.entries.set(key, known(value));
  const made = section({});
  root.entries.set(key, made);
  fill(made, value, [...path, key]);
}

/** What the file has one line for each key of: environments, one of them, its surfaces, and one of those. */
function isBlock([top, , surfaces, , ...deeper]: Path): boolean {
  return top === 'environments' && (surfaces === undefined || surfaces === 'surfaces') && deeper.length === 0;
}

function withValue(before: unknown, [key = '', ...rest]: Path, value: unknown): Record<string, unknown> {
  const mapping = isMapping(before) ? before : {};
  return { ...mapping, [key]: rest.length === 0 ? value : withValue(mapping[key], rest, value) };
}
