import { type InputValues, UserError } from '@vendure-deploy/shared/action';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { Guarded } from '../access/evidence.ts';
import type { Inputs } from '../io.ts';
import type { Target } from '../target.ts';

/** The way in, by the configuration. */
export interface Lane {
  readonly surface: Target['surface'];
  readonly worker: string;
  readonly sha: string;
  readonly zone: string;
  readonly pattern: string;
  readonly host: string;
  readonly versionUrl: string;
}

/** What opens the host for us while Access stands before it. */
export type ServiceToken = Readonly<Record<'cf-access-client-id' | 'cf-access-client-secret', Secret>>;

/** @throws {UserError} before any request */
export function laneOf(target: Target): Lane {
  const { config, surface, sha, versionUrl } = target;
  const at = keyOf(target);
  if (config.route === undefined) throw refused(`${at}.route is missing. Add the route that this lane opens and closes:  route: { zone: shop.example, pattern: "${new URL(config['public-url']).hostname}/*" }`);
  const { zone, pattern } = config.route;
  const { protocol, hostname: host } = new URL(config['public-url']);
  // What is proven and probed is the public URL: a route of another host would be neither.
  if (protocol !== 'https:' || pattern.slice(0, pattern.indexOf('/')) !== host) throw refused(`${at}.route.pattern is ${JSON.stringify(pattern)}, and ${at}.public-url is ${config['public-url']}. Both must be of the same host, by https`);
  if (host !== zone && !host.endsWith(`.${zone}`)) throw refused(`${at}.route.zone is ${zone}, to which ${host} does not belong. Correct one of them`);
  return { surface, worker: config.worker, sha, zone, pattern, host, versionUrl };
}

/** @throws {UserError} before any request: without a team nothing could be proven */
export function guardedOf(target: Target, { host }: Lane): Guarded {
  const { access } = target.config;
  if (access === undefined) throw refused(`${keyOf(target)}.access is missing, and a lane is opened only behind Cloudflare Access. Name the team and the paths to prove:  access: { team: <team of <team>.cloudflareaccess.com>, paths: [/assets/app.js] }`);
  return { host, teamHost: `${access.team}.cloudflareaccess.com`, audience: access.audience ?? null, paths: [...new Set(['/', target.config['version-path'], ...access.paths])] };
}

/** null: none was given. @throws {UserError} for a half of one */
export function serviceTokenOf(inputs: InputValues<Inputs>): ServiceToken | null {
  return serviceTokenFrom(inputs['access-client-id'], inputs['access-client-secret']);
}

export function serviceTokenFrom(id: Secret, secret: Secret): ServiceToken | null {
  if (id.isEmpty && secret.isEmpty) return null;
  if (!id.isEmpty && !secret.isEmpty) return { 'cf-access-client-id': id, 'cf-access-client-secret': secret };
  throw new UserError(`cf-worker-deploy: input \`access-client-${id.isEmpty ? 'id' : 'secret'}\` is empty, but its other half is given. Both belong to one service token of Cloudflare Access.`);
}

/** @throws {UserError} before any request: without it nobody could tell which version answers behind Access */
export function requiredServiceToken(inputs: InputValues<Inputs>): ServiceToken {
  const token = serviceTokenOf(inputs);
  if (token !== null) return token;
  throw new UserError('cf-worker-deploy: inputs `access-client-id` and `access-client-secret` are empty. Create a service token in Cloudflare Zero Trust (Access, Service credentials), allow it by a policy with the action Service Auth, and store both as secrets.');
}

function keyOf({ environment, surface }: Target): string {
  return `environments.${environment}.surfaces.${surface}`;
}

function refused(why: string): UserError {
  return new UserError(`cf-worker-deploy: ${why}.`, { reasonCode: 'invalid-config' });
}
