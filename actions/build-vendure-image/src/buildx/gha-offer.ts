import { Secret } from '@vendure-deploy/shared/secrets';
import { z } from 'zod';

/** GitHub's cache, as the runner offers it to JavaScript actions (a `run:` step has none of these variables). */
export interface GhaOffer {
  token: Secret;
  /** The cache service of the first version; BuildKit asks it unless `v2`. */
  url: string | null;
  resultsUrl: string | null;
  v2: boolean;
  /** A pull request from a fork may only read. */
  mayWrite: boolean;
  /** The scopes of the token, for the log. */
  scopes: readonly string[];
}

export type GhaAnswer = { kind: 'offered'; offer: GhaOffer } | { kind: 'absent' } | { kind: 'unusable'; why: string };

/** By buildx's own rule (`addGithubToken`): without a token and an address it drops the cache without a word. */
export function ghaOfferOf(environment: Readonly<Record<string, string | undefined>>, now: number): GhaAnswer {
  const text = (name: string): string | null => (environment[name] ?? '') === '' ? null : (environment[name] ?? null);
  const token = text('ACTIONS_RUNTIME_TOKEN');
  const url = text('ACTIONS_CACHE_URL');
  const resultsUrl = text('ACTIONS_RESULTS_URL');
  const v2 = ['1', 't', 'true'].includes((text('ACTIONS_CACHE_SERVICE_V2') ?? '').toLowerCase());
  if (token === null || (v2 ? resultsUrl : url ?? resultsUrl) === null) return { kind: 'absent' };
  const claims = claimsOf(token);
  if (claims === null) return { kind: 'unusable', why: 'ACTIONS_RUNTIME_TOKEN is not a token of GitHub\'s cache' };
  if (claims.exp * 1000 <= now) return { kind: 'unusable', why: 'ACTIONS_RUNTIME_TOKEN has expired' };
  return { kind: 'offered', offer: { token: new Secret(token), url, resultsUrl, v2, mayWrite: claims.ac.some(({ Permission }) => (Permission & WRITE) !== 0), scopes: claims.ac.map(({ Scope }) => Scope) } };
}

/** 1 read, 2 write, 3 both. */
const WRITE = 2;
const access = z.array(z.object({ Scope: z.string(), Permission: z.int() }));
const payload = z.object({ nbf: z.number(), exp: z.number(), ac: z.string().transform((text) => access.parse(JSON.parse(text))) });

/** What BuildKit refuses to build with ("failed to configure gha cache exporter", also with ignore-error): three base64url parts, `nbf`, `exp` and `ac`. */
function claimsOf(token: string): z.infer<typeof payload> | null {
  const parts = token.split('.');
  if (parts.length !== 3 || parts.some((part) => !/^[\w-]+$/.test(part))) return null;
  try {
    return payload.parse(JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}
