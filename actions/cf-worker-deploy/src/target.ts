import { relative, resolve } from 'node:path';
import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { type DeployConfig, environmentOf, loadConfig, surfaceOf, type WorkerSurface } from '@vendure-deploy/shared/config';
import { SURFACES, type Surface } from '@vendure-deploy/shared/release';
import { slaTerms, type SlaTerms } from '@vendure-deploy/shared/sla';
import type { Inputs } from './io.ts';

/** What is to be built or deployed, from inputs and configuration together. */
export interface Target {
  readonly operation: Exclude<ActionContext<Inputs>['inputs']['operation'], ''>;
  readonly environment: string;
  readonly surface: 'dashboard' | 'storefront';
  /** What else the environment has. */
  readonly others: readonly Surface[];
  readonly sha: string;
  readonly config: WorkerSurface;
  readonly accountId: string;
  /** For messages: which of the two gave it. */
  readonly accountSource: string;
  /** Of the shop's own wrangler; null: the suite's is used. */
  readonly wranglerRange: string | null;
  readonly artifact: string;
  readonly versionUrl: string;
  readonly sla: SlaTerms;
  /** Every deploy of a Worker that the configuration has: what a preview must keep away from. */
  readonly deploys: readonly ConfiguredDeploy[];
}

export interface ConfiguredDeploy {
  /** As `environments.production.surfaces.storefront`. */
  readonly key: string;
  readonly worker: string;
  readonly accountId: string;
  readonly wranglerConfig: string;
  /** '' is the top level. */
  readonly wranglerEnvironment: string;
}

/** @throws {UserError} */
export async function readTarget({ inputs, workspace }: ActionContext<Inputs>): Promise<Target> {
  const config = await loadConfig(resolve(workspace, inputs.config));
  const operation = inputs.operation || 'deploy';
  const surface = inputs.surface || 'dashboard';
  const worker = surfaceOf(config, inputs.environment, surface);
  const given = inputs['cloudflare-account-id'];
  const key = `environments.${inputs.environment}.surfaces.${surface}.account-id`;
  if (given !== '' && !/^[0-9a-f]{32}$/.test(given)) {
    throw new UserError(`cf-worker-deploy: input \`cloudflare-account-id\` is ${JSON.stringify(given)}. Allowed: 32 hexadecimal digits. Leave it empty to use \`${key}\` (${worker['account-id']}).`);
  }
  const tokens = (['cloudflare-api-token', 'github-token', 'access-client-id', 'access-client-secret'] as const).filter((name) => !inputs[name].isEmpty);
  const secrets = inputs['worker-secrets'].size === 0 ? tokens : [...tokens, 'worker-secrets'];
  if (operation === 'build' && secrets.length > 0) {
    throw new UserError(`cf-worker-deploy: operation build runs the shop's own code and takes no token. Leave ${secrets.map((name) => `\`${name}\``).join(' and ')} out of this step; give them to operation deploy.`);
  }
  if (operation === 'await-build' && inputs['github-token'].isEmpty) {
    throw new UserError('cf-worker-deploy: input `github-token` is empty. Operation await-build reads the jobs of this run: give ${{ github.token }}, in a job with `actions: read`.');
  }
  const usesArtifact = ['build', 'deploy', 'gradual', 'preview'].includes(operation);
  if (usesArtifact && inputs['artifact-directory'] === '') {
    throw new UserError(`cf-worker-deploy: input \`artifact-directory\` is empty. Operation ${operation} needs it: give a folder beside the checkout, as \${{ runner.temp }}/artifact.`);
  }
  return {
    operation,
    environment: inputs.environment,
    surface,
    others: SURFACES.filter((other) => other !== surface && environmentOf(config, inputs.environment).surfaces[other] !== undefined),
    sha: inputs.sha,
    config: worker,
    accountId: given || worker['account-id'],
    accountSource: given === '' || given === worker['account-id'] ? `\`${key}\`` : `input \`cloudflare-account-id\` (\`${key}\` says ${worker['account-id']})`,
    wranglerRange: config.tools?.wrangler?.range ?? null,
    artifact: usesArtifact ? artifactFolder(workspace, inputs['artifact-directory']) : '',
    sla: slaTerms(inputs, inputs.environment, environmentOf(config, inputs.environment)),
    versionUrl: `${worker['public-url']}${worker['version-path']}`,
    deploys: deploysOf(config),
  };
}

function deploysOf({ environments }: DeployConfig): ConfiguredDeploy[] {
  return Object.entries(environments).flatMap(([environment, { surfaces }]) =>
    (['dashboard', 'storefront'] as const).flatMap((surface) => {
      const worker = surfaces[surface];
      return worker === undefined ? [] : [{ key: `environments.${environment}.surfaces.${surface}`, worker: worker.worker, accountId: worker['account-id'], wranglerConfig: worker['wrangler-config'], wranglerEnvironment: worker['wrangler-environment'] ?? '' }];
    }),
  );
}

/** Within the checkout it would make the checkout unclean, and around it nothing may be written. */
function artifactFolder(workspace: string, given: string): string {
  const folder = resolve(workspace, given);
  if (relative(workspace, folder).startsWith('..') && relative(folder, workspace).startsWith('..')) return folder;
  throw new UserError(`cf-worker-deploy: input \`artifact-directory\` is ${JSON.stringify(given)}, within or around the checkout. Give a folder beside it, as \${{ runner.temp }}/artifact.`);
}
