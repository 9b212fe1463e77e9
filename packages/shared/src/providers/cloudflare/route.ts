import { z } from 'zod';

/** Which Worker answers a pattern of a zone; null: the pattern is kept free of Workers. */
export interface Route {
  readonly id: string;
  readonly pattern: string;
  readonly worker: string | null;
}

/** Entrances to a Worker that no zone knows. */
export interface Subdomain {
  readonly enabled: boolean;
  readonly previewsEnabled: boolean;
}

/** Custom domains: a Worker is all of such a host, without a route. */
export const domainList = z.array(z.object({ hostname: z.string(), service: z.string() }));

export const zoneList = z.array(z.object({ id: z.string(), name: z.string() }));

export const routeList = z
  .array(z.object({ id: z.string(), pattern: z.string(), script: z.string().nullish() }))
  .transform((routes): readonly Route[] => routes.map(({ id, pattern, script }) => ({ id, pattern, worker: script ?? null })));

export const subdomain = z
  .object({ enabled: z.boolean(), previews_enabled: z.boolean().nullish() })
  .transform(({ enabled, previews_enabled }): Subdomain => ({ enabled, previewsEnabled: previews_enabled ?? false }));
