import { randomUUID } from 'node:crypto';
import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { cloudflareLaneClient } from '@vendure-deploy/shared/providers/cloudflare';
import { proveAccess } from '../access/prove.ts';
import type { Inputs } from '../io.ts';
import { guardedOf, laneOf } from '../lane/settings.ts';
import type { Target } from '../target.ts';
import type { LaidOut } from './prepare.ts';

/**
 * The commit of a hidden lane need not be reviewed, and the configuration that wrangler reads is the commit's own: by it, a deploy would lead visitors to the Worker
 * before Access was proven, or take the route of another one.
 * @throws {UserError} invalid-config
 */
export function requireHidden({ config, environment, surface }: Pick<Target, 'config' | 'environment' | 'surface'>, { configuration: { routes, workersDev, previewUrls }, wranglerEnvironment }: Pick<LaidOut, 'configuration' | 'wranglerEnvironment'>): void {
  if (config.route === undefined) return;
  const shown = wranglerEnvironment === '' ? config['wrangler-config'] : `env.${wranglerEnvironment} of ${config['wrangler-config']}`;
  const open = routes[0] !== undefined ? `has the route ${routes[0].pattern}` : workersDev !== false ? 'does not say `workers_dev: false`' : previewUrls !== false ? 'does not say `preview_urls: false`' : null;
  if (open === null) return;
  throw new UserError(`cf-worker-deploy: environments.${environment}.surfaces.${surface} has a \`route\`, which is opened behind Access alone, but ${shown} ${open}: a deploy would show the Worker to anybody. Give it no routes, \`workers_dev: false\` and \`preview_urls: false\`.`, { reasonCode: 'invalid-config' });
}

/** A lane that is open shows what is deployed to it at once: Access is proven before the upload, too. @throws {UserError} access-unproven, invalid-config */
export async function requireGuarded(target: Target, { inputs, http, clock, signal, log }: ActionContext<Inputs>): Promise<void> {
  if (target.config.route === undefined) return;
  const guarded = guardedOf(target, laneOf(target));
  const cloudflare = cloudflareLaneClient({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal });
  const proof = await log.group('Prove that Access stands before the host', () => proveAccess(guarded, { http, cloudflare, clock, signal, nonce: randomUUID() }));
  signal.throwIfAborted();
  if (proof.kind === 'unproven') throw new UserError(`cf-worker-deploy: not deployed: that Cloudflare Access stands before ${guarded.host} is not proven: ${proof.why}. Put an application of ${guarded.teamHost} before all of it, then deploy again.`, { reasonCode: 'access-unproven' });
}
