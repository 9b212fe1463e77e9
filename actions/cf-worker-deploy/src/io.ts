import { input } from '@vendure-deploy/shared/action';
import { credential } from '@vendure-deploy/shared/credentials';
import { slaInputs } from '@vendure-deploy/shared/sla';

type Given = (input: string) => string;

/** Only a lane is behind Access. */
const isLane = (given: Given): boolean => ['open-lane', 'close-lane'].includes(given('operation'));
const shipsSecrets = (given: Given): boolean => ['deploy', 'gradual'].includes(given('operation'));


export const inputs = {
  config: input.text({ description: "The shop's deploy configuration, from the workspace's root", default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment of the configuration', required: true }),
  operation: input.choice({ description: 'build (in a job without secrets), await-build (in a job that runs beside that one, before it downloads the artifact), deploy, gradual (a deploy in steps that returns by itself), return (to a version, by its id), open-lane and close-lane for a Worker behind Access, preview and preview-delete (a Worker per pull request), or ensure-resources (KV and R2, once)', values: ['build', 'await-build', 'deploy', 'gradual', 'return', 'open-lane', 'close-lane', 'preview', 'preview-delete', 'ensure-resources'], required: true }),
  surface: input.choice({ description: 'dashboard or storefront', values: ['dashboard', 'storefront'], required: true }),
  sha: input.sha({ description: 'The commit that is checked out, and is to serve, 40 hexadecimal digits; for return and preview-delete: any', required: true, handedOn: true }),
  'artifact-directory': input.text({ description: 'Folder that build writes, and deploy, gradual and preview read; outside the checkout. The others need none' }),
  'cloudflare-api-token': input.secret({ description: 'For all but build and await-build: token with "Workers Scripts: Edit" for the account and "Workers Routes: Edit" for the zone', from: credential((given) => (given('operation') === 'build' || given('operation') === 'await-build' ? null : 'CLOUDFLARE_API_TOKEN'), { required: true }) }),
  'cloudflare-account-id': input.text({ description: 'Cloudflare account; empty: the one of the configuration' }),
  'github-token': input.secret({ description: 'For all but build: renews the deploy lock right before the first write, and before each shift of traffic; without it nothing is fenced. For await-build: reads the jobs of this run. For the previews: writes the comment of the pull request' }),
  'lock-nonce': input.text({ description: 'Output `nonce` of the step that acquired the deploy lock (empty: whatever lock this attempt of the run holds)' }),
  'lock-repository': input.text({ description: 'owner/name of the repository that holds the lock (empty: this one)' }),
  'pull-request': input.integer({ description: 'For the previews: number of the pull request; 0 is none', default: '0', min: 0 }),
  'access-client-id': input.secret({ description: 'For the lanes: id of the service token that Cloudflare Access lets through; close-lane can do without', from: credential((given) => (isLane(given) ? 'ACCESS_CLIENT_ID' : null)) }),
  'access-client-secret': input.secret({ description: 'For the lanes: its secret', from: credential((given) => (isLane(given) ? 'ACCESS_CLIENT_SECRET' : null)) }),
  'worker-secrets': input.secrets({ description: 'For deploy and gradual: lines NAME=VALUE, secrets of the Worker; they travel in the version that is uploaded', from: credential((given) => (!shipsSecrets(given) ? null : given('surface') === 'storefront' ? 'STOREFRONT_SECRETS' : 'DASHBOARD_SECRETS')) }),
  redeploy: input.boolean({ description: 'Deploy even when the commit serves already', default: 'false' }),
  ...slaInputs,
  steps: input.text({ description: "For gradual: percentages of the new version, rising to 100; empty: the configuration's `gradual.steps`, else 10, 50, 100" }),
  'soak-seconds': input.text({ description: "For gradual: how long each step is watched, in seconds; empty: the configuration's `gradual.soak-seconds`, else 60" }),
  'probe-interval-seconds': input.seconds({ description: 'For gradual: pause between two probes of a step', default: '5', min: 1 }),
  'version-affinity': input.boolean({ description: 'For gradual, of a Worker with assets: the zone keeps a visitor on one version, so that no page asks another version for its files', default: 'false' }),
  'to-version-id': input.text({ description: 'For return: the version that is to have all traffic' }),
  'propagation-seconds': input.seconds({ description: 'Longest time until the public URL answers with the new version, or not any more', default: '60', min: 1 }),
  'read-interval-seconds': input.seconds({ description: 'Pause between two reads of what serves; for await-build: of the job', default: '2', min: 1 }),
  'wrangler-timeout-seconds': input.seconds({ description: 'Longest time for one call of wrangler', default: '300', min: 10 }),
  'build-timeout-seconds': input.seconds({ description: "Longest time for the shop's install, and for its build; for await-build: for the job", default: '900', min: 10 }),
};

export const outputs = {
  'serving-sha': 'The commit that the public URL was read to serve; empty when it could not be read',
  'previous-sha': 'The commit that served before',
  'version-id': 'The version that is live now, as Cloudflare says',
  'previous-version-id': 'The version that was live before',
  'deployment-id': 'The deployment that is live now, as Cloudflare says',
  url: 'The public URL of the surface; of a preview, its own address',
  resources: 'Of ensure-resources: what is there, as JSON: kv by title with its id, r2 by name',
} as const;

export type Inputs = typeof inputs;
export type Outputs = typeof outputs;
