import { randomBytes } from 'node:crypto';
import type { Content } from './content.ts';
import { Refusal } from './envelope.ts';
import type { CloudflareState, Deployment, Script, Version } from './state.ts';

export interface Zone {
  readonly id: string;
  readonly name: string;
}

/** What the API works on: one account with its zones. */
export interface Account {
  readonly id: string;
  readonly zones: readonly Zone[];
  readonly state: CloudflareState;
  readonly content: Content;
  /** How long a switch takes to be everywhere. */
  lagMs: number;
  save(): void;
}

// A version that has left the last hundred can be neither deployed nor rolled back to (Cloudflare's documentation, "Versions & Deployments").
const DEPLOYABLE = 100;

/** @throws {Refusal} 10007, as every path under scripts/ answers for a Worker that is not there */
export function scriptOf({ state }: Account, name: string): Script {
  const script = state.scripts[name];
  if (script === undefined) throw new Refusal(404, 10007, 'This Worker does not exist on your account.');
  return script;
}

export function deployableVersions(script: Script): readonly Version[] {
  return script.versions.slice(-DEPLOYABLE);
}

/**
 * The deployment that one visitor meets. For the first half of `lagMs` after a switch every place serves what was before, in the second half every
 * other visitor comes to one that does: the old version answers again after the new one, as it was seen to (reports are of seconds to half a minute).
 * What the API tells and what is true of a switch is `deployments` itself.
 */
export function metDeployment({ deployments }: Script, { lagMs, now, visitor }: { lagMs: number; now: number; visitor: number }): Deployment | null {
  const [newest, before] = deployments;
  if (newest === undefined || before === undefined) return newest ?? null;
  const age = now - Date.parse(newest.createdOn);
  if (age >= lagMs) return newest;
  return age < lagMs / 2 || visitor % 2 === 1 ? before : newest;
}

export function newScript(name: string, source: string): Script {
  return {
    name,
    tag: hexId(),
    createdOn: new Date().toISOString(),
    lastDeployedFrom: source,
    versions: [],
    deployments: [],
    settings: { tags: [], logpush: false, observability: { enabled: false }, tail_consumers: null },
    subdomain: { enabled: false, previews_enabled: false },
  };
}

export function hexId(): string {
  return randomBytes(16).toString('hex');
}

/** Cloudflare keeps with each version and deployment who made it: the API tells wrangler apart from other clients. */
export function sourceOf(request: Request): string {
  return request.headers.get('user-agent')?.startsWith('wrangler/') === true ? 'wrangler' : 'api';
}

/** Nobody's mailbox: example.com is reserved (RFC 2606). */
export const AUTHOR = 'deploy@example.com';
