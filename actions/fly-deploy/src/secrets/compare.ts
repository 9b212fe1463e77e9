import type { FlySecret } from '@vendure-deploy/shared/providers/fly';
import { Secret } from '@vendure-deploy/shared/secrets';
import { proves } from './digest-forms.ts';

/** The wanted secrets beside those that Fly lists, by name. Every wanted one is in `same`, `changed` or `absent`. */
export interface Comparison {
  /** Proven: Fly holds the very value. */
  readonly same: readonly string[];
  /** Listed, and nothing proves that the value is the wanted one. */
  readonly changed: readonly string[];
  readonly absent: readonly string[];
  /** At Fly, wanted or not, and not yet in every Machine. */
  readonly staged: readonly string[];
  /** At Fly, and not wanted: told, never removed. */
  readonly unwanted: readonly string[];
  /**
   * `known`: a proven value shows that Fly makes its digests in a form that we know, so `changed` really differ. `unknown`: none is proven although some are
   * listed; they may all differ, or Fly makes its digests otherwise.
   */
  readonly scheme: 'known' | 'unknown';
}

/** @param isFormKnown something else has shown already that Fly makes its digests in a form that we know */
export function compare(wanted: ReadonlyMap<string, Secret>, listed: readonly FlySecret[], staged: readonly string[], isFormKnown = false): Comparison {
  const there = digestsOf(listed);
  const names = [...wanted.keys()].toSorted();
  const same = names.filter((name) => proves(there.get(name) ?? '', wanted.get(name) ?? NOTHING));
  const changed = names.filter((name) => there.has(name) && !same.includes(name));
  return {
    same,
    changed,
    absent: names.filter((name) => !there.has(name)),
    staged,
    unwanted: [...there.keys()].filter((name) => !wanted.has(name)).toSorted(),
    scheme: same.length === 0 && changed.length > 0 && !isFormKnown ? 'unknown' : 'known',
  };
}

/** Whether any listed digest, of whatever name and app, is that of any of the values: then the form in which Fly makes them is one that we know. */
export function showsForm(values: ReadonlyMap<string, Secret>, listed: readonly FlySecret[]): boolean {
  return listed.some(({ digest }) => [...values.values()].some((value) => proves(digest, value)));
}

/** What is to be staged. */
export function different({ changed, absent }: Comparison): string[] {
  return [...changed, ...absent].toSorted();
}

/** Whether the Machines are known to lack a value: then a commit that serves already is deployed again. What cannot be known is no reason to. */
export function isKnownToDiffer({ changed, absent, staged, scheme }: Comparison): boolean {
  return absent.length > 0 || staged.length > 0 || (scheme === 'known' && changed.length > 0);
}

/** What became of staged secrets, as Fly lists them afterwards. */
export interface Arrival {
  /** Staged, and not at Fly as they should be, each with what is wrong. */
  readonly missing: readonly { readonly name: string; readonly why: string }[];
  /** Their digest is another one than before. */
  readonly renewed: readonly string[];
  /** Their digest is what it was: the value was the wanted one already, and only the form of the digest is not known. */
  readonly unmoved: readonly string[];
  readonly scheme: 'known' | 'unknown';
}

/**
 * One call sets them all, so their digests are made in one form: as soon as one is proven, each of the others must be, and a digest that merely moved is a
 * value that was bent on the way. As long as none is, one that did not move although Fly's form is known was not written; where even the form is not
 * known, that each is there is all that can be told.
 */
export function arrival(staged: ReadonlyMap<string, Secret>, { scheme }: Pick<Comparison, 'scheme'>, before: readonly FlySecret[], after: readonly FlySecret[]): Arrival {
  const was = digestsOf(before);
  const is = digestsOf(after);
  const names = [...staged.keys()];
  const proven = names.filter((name) => proves(is.get(name) ?? '', staged.get(name) ?? NOTHING));
  const moved = (name: string): boolean => was.get(name) !== is.get(name);
  const wrong = (name: string): string | null => {
    if (!is.has(name)) return 'Fly does not list it';
    if (proven.includes(name)) return null;
    if (proven.length > 0) return 'its digest is not that of the value';
    return scheme === 'known' && !moved(name) ? 'its digest is still that of another value' : null;
  };
  const missing = names.flatMap((name) => {
    const why = wrong(name);
    return why === null ? [] : [{ name, why }];
  });
  const there = names.filter((name) => wrong(name) === null);
  return { missing, renewed: there.filter(moved), unmoved: there.filter((name) => !moved(name)), scheme: proven.length > 0 ? 'known' : 'unknown' };
}

const NOTHING = new Secret('');

function digestsOf(list: readonly FlySecret[]): ReadonlyMap<string, string> {
  return new Map(list.map(({ name, digest }) => [name, digest]));
}
