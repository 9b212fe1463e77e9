/** The builder that docker would use, by `docker buildx inspect`. */
export interface Builder {
  name: string;
  driver: string;
  /** Of each node: major and minor; null where it does not say one (Debian's dockerd says v0.0.0+unknown). */
  buildkit: readonly (Version | null)[];
  /** Why its nodes cannot be asked; null when they can, or are not started yet. */
  error: string | null;
}

export type Version = readonly [major: number, minor: number];

export function readBuilder(text: string): Builder {
  const value = (key: string): string => new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return {
    name: value('Name'),
    driver: value('Driver'),
    buildkit: [...text.matchAll(/^BuildKit(?: version)?:[ \t]*(.*)$/gm)].map(([, said]) => versionIn(said ?? '')),
    error: value('Error') === '' ? null : value('Error'),
  };
}

/** The first `N.N` of a text, as `github.com/docker/buildx v0.21.2 …`; null without one, and for a build that does not know its own. */
export function versionIn(text: string): Version | null {
  const [, major, minor] = /\bv?(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined || minor === undefined || /0\.0\.0/.test(text) ? null : [Number(major), Number(minor)];
}

export function isOlder(version: Version, than: Version): boolean {
  return version[0] < than[0] || (version[0] === than[0] && version[1] < than[1]);
}
