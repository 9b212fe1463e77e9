import { z } from 'zod';

/** An application of Cloudflare Access: which hosts stand behind it, and who may pass. */
export const accessApp = z.object({
  id: z.string(),
  name: z.string(),
  aud: z.string(),
  /** Host and, if the application is about a part of it only, a path. A host `*.shop.example` is every host of one more label. */
  domains: z.array(z.string()).min(1),
  policies: z.array(z.object({ id: z.string(), name: z.string(), decision: z.enum(['allow', 'non_identity', 'bypass', 'deny']) })),
  /** Paths that anybody may see all the same. */
  publicPaths: z.array(z.string()),
  /** What a visitor gets where nobody can log in: 401 instead of 403. */
  answers401: z.boolean(),
});

export type AccessApp = z.infer<typeof accessApp>;
export type AccessDecision = AccessApp['policies'][number]['decision'];

/** The application that decides about a URL: a whole host beats one with a wildcard, then the longer path (Cloudflare's documentation, "Application paths"). */
export function appFor(apps: readonly AccessApp[], host: string, path: string): AccessApp | null {
  const found = apps.flatMap((app) => app.domains.filter((domain) => covers(domain, host, path)).map((domain) => ({ app, weight: (domain.startsWith('*') ? 0 : 10_000) + domain.length })));
  return found.toSorted((left, right) => right.weight - left.weight)[0]?.app ?? null;
}

export function isPublic({ publicPaths }: AccessApp, path: string): boolean {
  return publicPaths.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern));
}

function covers(domain: string, host: string, path: string): boolean {
  const [, wantedHost = '', wantedPath = ''] = /^([^/]*)(\/.*)?$/u.exec(domain) ?? [];
  const isHost = wantedHost.startsWith('*.') ? host.endsWith(wantedHost.slice(1)) && !host.slice(0, -wantedHost.length + 1).includes('.') : host === wantedHost;
  const prefix = wantedPath.replace(/\/?\*?$/u, '');
  return isHost && (prefix === '' || path === prefix || path.startsWith(`${prefix}/`));
}
