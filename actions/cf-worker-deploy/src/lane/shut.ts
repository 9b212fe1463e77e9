import type { Clock } from '@vendure-deploy/shared/action';
import { type CloudflareLaneClient, ProviderError, type Route } from '@vendure-deploy/shared/providers/cloudflare';

export interface Shutting {
  readonly cloudflare: CloudflareLaneClient;
  readonly zoneId: string;
  readonly ours: (route: Route) => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly budgetMs: number;
}

export interface Shut {
  /** Ids of the routes that are not there any more. */
  readonly removed: readonly string[];
  /** Why the zone is not known to be without them; null: it is, as read. */
  readonly why: string | null;
}

const PAUSE_MS = 500;

/** Removes our routes by their ids, one by one, until the zone is read without any: what the API says of a removal is no proof. */
export async function removeRoutes({ cloudflare, zoneId, ours, clock, signal, budgetMs }: Shutting): Promise<Shut> {
  const deadline = clock.now() + budgetMs;
  const removed = new Set<string>();
  for (;;) {
    const read = await attempt(() => cloudflare.routes(zoneId));
    const present = read.kind === 'done' ? read.value.filter(ours) : [];
    if (read.kind === 'done' && present.length === 0) return { removed: [...removed], why: null };
    let why = read.kind === 'done' ? null : read.why;
    for (const { id } of present) {
      removed.add(id);
      const said = await attempt(() => cloudflare.deleteRoute(zoneId, id));
      if (said.kind === 'refused') why = said.why;
    }
    if (signal.aborted || clock.now() > deadline) return { removed: [], why: why ?? 'it was not read back any more' };
    // Nothing was refused: the read that follows is the proof, and needs no pause.
    if (why !== null) await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
  }
}

async function attempt<T>(call: () => Promise<T>): Promise<{ kind: 'done'; value: T } | { kind: 'refused'; why: string }> {
  try {
    return { kind: 'done', value: await call() };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'refused', why: error.message };
    throw error;
  }
}
