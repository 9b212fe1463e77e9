import { UserError } from '@vendure-deploy/shared/action';
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
