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
 * The deployment that answers the public. A twin that lets some places serve the old version for a while after a switch would choose here:
 * everything that serves asks this function, everything that the API tells reads `deployments` itself.
 */
export function servingDeployment(script: Script): Deployment | null {
  return script.deployments[0] ?? null;
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
