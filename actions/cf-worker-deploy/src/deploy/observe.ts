import type { HttpClient } from '@vendure-deploy/shared/net';
import { readVersion, type VersionReading } from '@vendure-deploy/shared/probe';
import { type CloudflareClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';

export type LiveReading =
  | { readonly kind: 'live'; readonly deploymentId: string; readonly versionId: string; readonly tag: string | null }
  | { readonly kind: 'split'; readonly deploymentId: string; readonly versions: readonly { readonly id: string; readonly percentage: number }[] }
  /** Nothing of this Worker was ever deployed. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** One look from both sides: what Cloudflare says is live, and what the public gets. */
export interface Observed {
  readonly live: LiveReading;
  readonly public: VersionReading;
}

export interface Reader {
  readonly cloudflare: CloudflareClient;
  readonly http: HttpClient;
  readonly worker: string;
  readonly versionUrl: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export function observer({ cloudflare, http, worker, versionUrl, signal, timeoutMs }: Reader): () => Promise<Observed> {
  // The tag of a version never changes: one read of it is enough.
  const tags = new Map<string, string | null>();
  return async () => {
    const [live, answered] = await Promise.all([readLive().catch(unreadable), readVersion({ http, url: versionUrl, timeoutMs, signal })]);
    return { live, public: answered };
  };

  async function readLive(): Promise<LiveReading> {
    const deployment = await cloudflare.liveDeployment(worker);
    const [version, other] = deployment?.versions ?? [];
    if (deployment === null || version === undefined) return { kind: 'absent' };
    if (other !== undefined) return { kind: 'split', deploymentId: deployment.id, versions: deployment.versions };
    if (!tags.has(version.id)) tags.set(version.id, (await cloudflare.version(worker, version.id)).tag);
    return { kind: 'live', deploymentId: deployment.id, versionId: version.id, tag: tags.get(version.id) ?? null };
  }
}

function unreadable(error: unknown): LiveReading {
  if (error instanceof ProviderError) return { kind: 'unreadable', why: error.message };
  throw error;
}
