import { type Manifest, REVISION_FILE } from '../artifact/manifest.ts';
import type { Files } from '../host/host.ts';

/** What a copy has that the other has not, by path; the mark of the commit itself is none of it. */
export interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly deleted: readonly string[];
}

export function differenceOf(live: Files | null, wanted: Files): Difference {
  const before: Files = live ?? new Map();
  const paths = (files: Files, keep: (path: string) => boolean): string[] => [...files.keys()].filter((path) => path !== REVISION_FILE && keep(path)).sort();
  return {
    added: paths(wanted, (path) => !before.has(path)),
    changed: paths(wanted, (path) => before.has(path) && before.get(path) !== wanted.get(path)),
    deleted: paths(before, (path) => !wanted.has(path)),
  };
}

/** To the last byte, the mark of the commit included. */
export function sameFiles(one: Files | null, other: Files | null): boolean {
  if (one === null || other === null) return one === other;
  return one.size === other.size && [...one].every(([path, digest]) => other.get(path) === digest);
}

export function filesOf(manifest: Manifest): Files {
  return new Map(manifest.files.map(({ path, sha256 }) => [path, sha256]));
}

export function countsOf({ added, changed, deleted }: Difference): { added: string; changed: string; deleted: string } {
  return { added: String(added.length), changed: String(changed.length), deleted: String(deleted.length) };
}
