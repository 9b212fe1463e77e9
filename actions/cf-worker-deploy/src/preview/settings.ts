import { UserError } from '@vendure-deploy/shared/action';
import { previewName } from '@vendure-deploy/shared/providers/cloudflare';
import type { Target } from '../target.ts';

/** The preview of one pull request, by the configuration. */
export interface Preview {
  readonly surface: Target['surface'];
  readonly prefix: string;
  readonly pullRequest: number;
  readonly worker: string;
  readonly wranglerEnvironment: string;
  /** Where the configuration has it, for a message. */
  readonly key: string;
}

// Of a Worker's name and of a label of a host name, which it becomes (RFC 1035, 2.3.4).
const LONGEST = 63;

/** @throws {UserError} before any request */
export function previewOf({ config, environment, surface, deploys, operation }: Target, pullRequest: number): Preview {
  const key = `environments.${environment}.surfaces.${surface}.preview`;
  const { preview } = config;
  if (preview === undefined) throw refused(`${key} is missing. Name the Worker and an environment of the wrangler configuration that no deploy uses:  preview: { worker: ${config.worker}-pr, wrangler-environment: preview }`);
  if (pullRequest === 0) throw new UserError(`cf-worker-deploy: input \`pull-request\` is empty. Operation ${operation} needs its number, as \${{ github.event.pull_request.number }}.`);
  const worker = previewName({ prefix: preview.worker, pullRequest });
  if (worker.length > LONGEST) throw refused(`the Worker ${worker} would have a name of ${worker.length} characters; ${LONGEST} are allowed. Make ${key}.worker shorter`);
  const owner = deploys.find((one) => one.worker === worker);
  if (owner !== undefined) throw isolation(`${key}.worker makes the name ${worker}, which is that of ${owner.key}. Choose another beginning`);
  const wranglerEnvironment = preview['wrangler-environment'];
  const deploy = deploys.find((one) => one.wranglerConfig === config['wrangler-config'] && one.wranglerEnvironment === wranglerEnvironment);
  if (deploy !== undefined) throw isolation(`${key}.wrangler-environment is "${wranglerEnvironment}", with which ${deploy.key} is deployed. Give the previews an environment of their own in ${config['wrangler-config']}`);
  return { surface, prefix: preview.worker, pullRequest, worker, wranglerEnvironment, key };
}

/** What a preview may not have. */
export function isolation(why: string): UserError {
  return new UserError(`cf-worker-deploy: ${why}.`, { reasonCode: 'preview-not-isolated' });
}

function refused(why: string): UserError {
  return new UserError(`cf-worker-deploy: ${why}.`, { reasonCode: 'invalid-config' });
}
