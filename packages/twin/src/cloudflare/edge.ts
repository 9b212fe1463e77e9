import { createHash } from 'node:crypto';
import { type Account, metDeployment } from './account.ts';
import type { Guard } from './access-guard.ts';
import { routeFor } from './route-match.ts';
import type { Runtime } from './runtime.ts';
import type { Deployment, Script, Version } from './state.ts';
import { devHost } from './subdomain.ts';

export interface Edge {
  claimsHost(host: string): boolean;
  /** null when no Worker stands behind the URL. */
  serve(host: string, request: Request): Promise<Response | null>;
}

/** What a visitor meets: Access → host → Worker → live deployment → version. */
export function createEdge(account: Account, runtime: Runtime, guard: Guard): Edge {
  const shares = new Map<string, number>();
  let visitors = 0;
  return {
    claimsHost: (host) =>
      account.zones.some(({ name }) => host === name || host.endsWith(`.${name}`)) || host.endsWith(`.${account.state.subdomain}.workers.dev`),
    async serve(host, request) {
      const found = find(account, host, request);
      const guarded = guard.check(host, request, found !== null);
      if (guarded.kind === 'answered') return guarded.response;
      const answer = found === null ? null : await visit(found, request);
      for (const [name, value] of Object.entries(guarded.headers)) answer?.headers.set(name, value);
      return answer;
    },
  };

  async function visit({ script, version }: Found, request: Request): Promise<Response | null> {
    const deployment = metDeployment(script, { lagMs: account.lagMs, now: Date.now(), visitor: (visitors += 1) });
    const chosen = version ?? choose(script, deployment, request.headers, () => nextShare(script.name));
    return chosen === null ? null : runtime.fetch(chosen, request);
  }

  /**
   * Visitors without a key are spread evenly without dice, so that a rehearsal that is run again sees the same: multiples of the golden ratio
   * fall into every interval in proportion to its length, in any stretch of visitors.
   */
  function nextShare(name: string): number {
    const count = (shares.get(name) ?? 0) + 1;
    shares.set(name, count);
    return ((count * 0.618_033_988_749_895) % 1) * 100;
  }
}

interface Found {
  readonly script: Script;
  /** Of an address that is one version's own. */
  readonly version?: Version;
}

function find(account: Account, host: string, request: Request): Found | null {
  const url = new URL(request.url);
  url.hostname = host;
  const route = routeFor(account.state.routes, url);
  const routed = route === null ? undefined : account.state.scripts[route.script];
  if (routed !== undefined) return { script: routed };
  const domain = account.state.scripts[account.state.domains.find(({ hostname }) => hostname === host)?.service ?? ''];
  if (domain !== undefined) return { script: domain };
  for (const script of Object.values(account.state.scripts)) {
    const dev = devHost(account, script);
    if (host === dev) return script.subdomain.enabled ? { script } : null;
    if (!host.endsWith(`-${dev}`) || !script.subdomain.previews_enabled) continue;
    const version = script.versions.find(({ id }) => id.slice(0, 8) === host.slice(0, -dev.length - 1));
    if (version !== undefined) return { script, version };
  }
  return null;
}

/**
 * The override header when it names a version of the live deployment (any other is ignored, as Cloudflare does); else by percentage.
 * Versions stand newest first on the scale, so a key that has reached the new version stays there as its percentage grows.
 */
function choose(script: Script, deployment: Deployment | null, headers: Headers, share: () => number): Version | null {
  if (deployment === null) return null;
  const live = script.versions.filter(({ id }) => deployment.versions.some((one) => one.version_id === id)).toReversed();
  const wanted = overrides(headers.get('cloudflare-workers-version-overrides') ?? '').get(script.name);
  const overridden = live.find(({ id }) => id === wanted);
  if (overridden !== undefined) return overridden;
  const key = headers.get('cloudflare-workers-version-key');
  const point = key === null ? share() : (createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32) * 100;
  return live[live.length === 1 || point < percentageOf(deployment, live[0]) ? 0 : 1] ?? null;
}

function percentageOf(deployment: Deployment, version: Version | undefined): number {
  return deployment.versions.find((one) => one.version_id === version?.id)?.percentage ?? 0;
}

/** A dictionary of RFC 8941 with string values: `shop="<version>", other="<version>"`. */
function overrides(header: string): Map<string, string> {
  return new Map([...header.matchAll(/(?:^|,)\s*(?<worker>[a-z*][a-z0-9_.*-]*)="(?<version>[^"]*)"/gu)].map(({ groups }) => [groups?.['worker'] ?? '', groups?.['version'] ?? '']));
}
