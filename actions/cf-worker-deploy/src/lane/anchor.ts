import type { Log } from '@vendure-deploy/shared/action';
import { type CloudflareClient, type CloudflareLaneClient, ProviderError, type Route, type Subdomain } from '@vendure-deploy/shared/providers/cloudflare';
import type { Account } from './account.ts';
import type { Lane } from './settings.ts';

/** Both ways to the API; what has to survive a cancel has one with a signal of its own. */
export type Cloudflare = CloudflareClient & { readonly lane: CloudflareLaneClient };

export type AnchorReading =
  | { readonly kind: 'read'; readonly zoneId: string; readonly account: Account }
  | { readonly kind: 'unknown-zone'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/** What serves of the Worker, by which routes and addresses: before the first write, and again to compare. */
export async function readAnchor(lane: Lane, cloudflare: Cloudflare): Promise<AnchorReading> {
  let zoneId: string | null = null;
  try {
    zoneId = await cloudflare.lane.zoneId(lane.zone);
    return { kind: 'read', zoneId, account: await readAccount(lane, zoneId, cloudflare) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { kind: zoneId === null && error.code === 'not-found' ? 'unknown-zone' : 'unreadable', why: error.message };
  }
}

/** @param known what was read before: the commit of a version never changes @throws {ProviderError} */
export async function readAccount({ worker }: Lane, zoneId: string, cloudflare: Cloudflare, known: Account | null = null): Promise<Account> {
  const [live, routes, subdomain, domains] = await Promise.all([readLive(worker, cloudflare, known), cloudflare.lane.routes(zoneId), cloudflare.subdomain(worker).catch(offIfAbsent), cloudflare.lane.domains(worker)]);
  return { live, routes, subdomain, domains };
}

/** @throws {ProviderError} */
export async function readLive(worker: string, cloudflare: CloudflareClient, known: Account | null = null): Promise<Account['live']> {
  const deployment = await cloudflare.liveDeployment(worker);
  const [version, other] = deployment?.versions ?? [];
  if (deployment === null || version === undefined) return { kind: 'absent' };
  if (other !== undefined) return { kind: 'split', deploymentId: deployment.id, versions: deployment.versions };
  const before = known?.live.kind === 'live' && known.live.versionId === version.id ? known.live : await cloudflare.version(worker, version.id);
  return { kind: 'live', deploymentId: deployment.id, versionId: version.id, tag: before.tag };
}

function offIfAbsent(error: unknown): Subdomain {
  if (error instanceof ProviderError && error.code === 'not-found') return { enabled: false, previewsEnabled: false };
  throw error;
}

export function isOurs({ worker, pattern }: Lane): (route: Route) => boolean {
  return (route) => route.pattern === pattern && route.worker === worker;
}

/** Into the log, before anything is written. */
export function tell({ routes, live, subdomain, domains }: Account, lane: Lane, log: Log): void {
  const mine = routes.filter((route) => route.worker === lane.worker || route.pattern === lane.pattern);
  log.info(`${lane.worker}: ${live.kind === 'live' ? `version ${live.versionId} (${live.tag ?? 'without a commit'}) is live` : live.kind === 'split' ? 'a gradual deployment is live' : 'nothing is deployed'}; workers.dev ${subdomain.enabled ? 'on' : 'off'}, version addresses ${subdomain.previewsEnabled ? 'on' : 'off'}, ${domains.length === 0 ? 'no custom domain' : `custom domains ${domains.join(', ')}`}.`);
  log.info(`${routes.length} routes in ${lane.zone}${mine.map(({ id, pattern, worker }) => `; ${pattern} → ${worker ?? 'no Worker'} (${id})`).join('')}.`);
}
