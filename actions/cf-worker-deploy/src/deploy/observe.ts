import type { HttpClient } from '@vendure-deploy/shared/net';
import { readVersion, type VersionReading } from '@vendure-deploy/shared/probe';
import { type CloudflareClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';

export type LiveReading =
  | { readonly kind: 'live'; readonly deploymentId: string; readonly versionId: string; readonly tag: string | null }
  | { readonly kind: 'split'; readonly deploymentId: string; readonly versions: readonly { readonly id: string; readonly percentage: number }[] }
  /** Nothing of this Worker was ever deployed. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** A Worker to which only a lane leads: a deploy asks no visitor's address, since what answers there says nothing of it. */
export interface Hidden {
  readonly kind: 'hidden';
  readonly why: string;
}

/** One look from both sides: what Cloudflare says is live, and what the public gets. */
export interface Observed {
  readonly live: LiveReading;
  readonly public: VersionReading | Hidden;
}

export interface Reader {
  readonly cloudflare: CloudflareClient;
  readonly http: HttpClient;
  readonly worker: string;
  /** null: the Worker is a hidden lane's. */
  readonly versionUrl: string | null;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** A version that may be live: its tag is asked for at once, not after it was seen. */
  readonly expected?: string | null;
}

const HIDDEN: Hidden = { kind: 'hidden', why: 'only its lane leads to it' };

/** A look that ends with that signal; the second is the version that may have come to be live. */
export type Looking = (by: AbortSignal, expected?: string | null) => () => Promise<Observed>;

export function observer({ cloudflare, http, worker, versionUrl, signal, timeoutMs, expected = null }: Reader): () => Promise<Observed> {
  // The tag of a version never changes: one read of it is enough.
  const tags = new Map<string, string | null>();
  return async () => {
    const [live, answered] = await Promise.all([readLive().catch(unreadable), versionUrl === null ? HIDDEN : readVersion({ http, url: versionUrl, timeoutMs, signal })]);
    return { live, public: answered };
  };

  async function readLive(): Promise<LiveReading> {
    const [deployment] = await Promise.all([cloudflare.liveDeployment(worker), expected === null ? null : tagOf(expected).catch(() => null)]);
    const [version, other] = deployment?.versions ?? [];
    if (deployment === null || version === undefined) return { kind: 'absent' };
    if (other !== undefined) return { kind: 'split', deploymentId: deployment.id, versions: deployment.versions };
    return { kind: 'live', deploymentId: deployment.id, versionId: version.id, tag: await tagOf(version.id) };
  }

  async function tagOf(versionId: string): Promise<string | null> {
    if (!tags.has(versionId)) tags.set(versionId, (await cloudflare.version(worker, versionId)).tag);
    return tags.get(versionId) ?? null;
  }
}

function unreadable(error: unknown): LiveReading {
  if (error instanceof ProviderError) return { kind: 'unreadable', why: error.message };
  throw error;
}
