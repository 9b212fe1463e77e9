import { isOlder, type Version } from './builder.ts';
import type { GhaAnswer, GhaOffer } from './gha-offer.ts';
import type { CacheName, CacheSettings } from './types.ts';

export interface CacheUse {
  readonly name: CacheName;
  /** As `--cache-from` and `--cache-to` take it. */
  readonly value: string;
}

export interface CachePlan {
  readonly from: readonly CacheUse[];
  readonly to: readonly CacheUse[];
}

export const NO_CACHE: CachePlan = { from: [], to: [] };

/** What was found out about this machine. */
export interface CacheGround {
  gha: GhaAnswer;
  buildx: Version | null;
  buildkit: readonly (Version | null)[];
  /** The classic docker driver refuses every export, also with ignore-error. */
  mayExport: boolean;
  directory: DirectoryState;
}

export type DirectoryState = { kind: 'usable'; hasIndex: boolean } | { kind: 'unusable'; why: string };

/** @returns what docker is told, and one sentence for each cache that was asked for and is not used */
export function planCaches(settings: CacheSettings, scope: string, ground: CacheGround): { plan: CachePlan; dropped: string[] } {
  const dropped: string[] = [];
  const wanted = wantedCaches(settings, scope, ground, dropped);
  if (wanted.to.length > 0 && !ground.mayExport) {
    dropped.push('this builder cannot export a cache (driver "docker" without the containerd image store). Use docker/setup-buildx-action');
    return { plan: { from: wanted.from, to: [] }, dropped };
  }
  return { plan: wanted, dropped };
}

function wantedCaches(settings: CacheSettings, scope: string, ground: CacheGround, dropped: string[]): CachePlan {
  const main = mainCache(settings, ground, dropped);
  if (main === 'gha') return together(ghaCache(settings, scope, ground), registryCache(settings, settings.registryCacheTo));
  if (main === 'local') return together(localCache(settings, ground, dropped), registryCache(settings, true));
  return registryCache(settings, settings.registryCacheTo);
}

function mainCache({ choice }: CacheSettings, { gha, buildx, buildkit }: CacheGround, dropped: string[]): 'gha' | 'local' | 'none' {
  if (choice === 'none' || choice === 'local') return choice;
  if (gha.kind === 'absent') {
    if (choice === 'auto') return 'local';
    dropped.push('GitHub\'s cache was asked for, but the runner offers none here (no ACTIONS_RUNTIME_TOKEN with an address)');
    return 'none';
  }
  const why = gha.kind === 'unusable' ? gha.why : tooOld(gha.offer, buildx, buildkit);
  if (why === null) return 'gha';
  dropped.push(why);
  return 'none';
}

/** From 0.21 and 0.20 on; an older one asks the service that GitHub has switched off, and caches nothing without a word. */
function tooOld({ v2 }: GhaOffer, buildx: Version | null, buildkit: readonly (Version | null)[]): string | null {
  if (!v2) return null;
  if (buildx !== null && isOlder(buildx, [0, 21])) return `buildx ${buildx.join('.')} is too old for GitHub's cache: 0.21 or newer is needed`;
  const old = buildkit.find((version) => version !== null && isOlder(version, [0, 20]));
  return old === undefined || old === null ? null : `BuildKit ${old.join('.')} is too old for GitHub's cache: 0.20 or newer is needed`;
}

/** The default scope is shared by all images of a repository, and each export overwrites its index. */
function ghaCache({ mode }: CacheSettings, scope: string, { gha }: CacheGround): CachePlan {
  const mayWrite = gha.kind === 'offered' && gha.offer.mayWrite;
  return {
    from: [{ name: 'gha', value: csv({ type: 'gha', scope }) }],
    to: mayWrite ? [{ name: 'gha', value: csv({ type: 'gha', scope, mode, 'ignore-error': 'true' }) }] : [],
  };
}

/** Exported beside the old one, which takes its place afterwards: an export into the same directory only ever adds. */
function localCache({ directory, mode }: CacheSettings, ground: CacheGround, dropped: string[]): CachePlan {
  if (ground.directory.kind === 'unusable') {
    dropped.push(ground.directory.why);
    return NO_CACHE;
  }
  return {
    from: ground.directory.hasIndex ? [{ name: 'local', value: csv({ type: 'local', src: directory }) }] : [],
    to: [{ name: 'local', value: csv({ type: 'local', dest: nextDirectory(directory), mode, 'ignore-error': 'true' }) }],
  };
}

function registryCache({ registryReference, registryCacheTo, mode }: CacheSettings, read: boolean): CachePlan {
  if (registryReference === null) return NO_CACHE;
  return {
    from: read ? [{ name: 'registry', value: csv({ type: 'registry', ref: registryReference }) }] : [],
    to: registryCacheTo ? [{ name: 'registry', value: csv({ type: 'registry', ref: registryReference, mode, 'ignore-error': 'true', 'image-manifest': 'true', 'oci-mediatypes': 'true' }) }] : [],
  };
}

export function nextDirectory(directory: string): string {
  return `${directory}.new`;
}

export function without(plan: CachePlan, name: CacheName): CachePlan {
  const others = (uses: readonly CacheUse[]): CacheUse[] => uses.filter((use) => use.name !== name);
  return { from: others(plan.from), to: others(plan.to) };
}

export function uses(plan: CachePlan, name: CacheName): boolean {
  return [...plan.from, ...plan.to].some((use) => use.name === name);
}

/** `<image>-<platform>`. */
export function cacheScope(reference: string, platform: string): string {
  const name = reference.replace(/^[^/]+\//, '').replace(/:[^/:]*$/, '');
  return `${name}-${platform}`.replaceAll('/', '-');
}

function together(a: CachePlan, b: CachePlan): CachePlan {
  return { from: [...a.from, ...b.from], to: [...a.to, ...b.to] };
}

/** One CSV record, as buildx reads it: a field with a comma or a quote stands in quotes. */
function csv(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields).map(([key, value]) => `${key}=${value}`).map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}
