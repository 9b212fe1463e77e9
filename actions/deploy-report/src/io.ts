import { input } from '@vendure-deploy/shared/action';

export const inputs = {
  config: input.text({ description: "The shop's deploy configuration, from the workspace's root", default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment of the configuration', required: true }),
  sha: input.sha({ description: 'The commit that was to be deployed; empty when it was never resolved' }),
  phases: input.text({ description: 'toJSON(needs) of the reporting job; toJSON(steps) where one job has all phases, and its steps are called after them: results and outputs', required: true }),
  vendure: input.boolean({ description: 'Vendure was to be deployed', default: 'true' }),
  dashboard: input.boolean({ description: 'The Dashboard was to be deployed', default: 'true' }),
  storefront: input.boolean({ description: 'The Storefront was to be deployed', default: 'true' }),
  'dashboard-blocking': input.boolean({ description: 'A Dashboard that is not deployed fails the deploy', default: 'true' }),
  'started-at': input.text({ description: 'When the deploy was started, RFC 3339; empty: when the run was' }),
  'sla-seconds': input.text({ description: "Budget of the whole run; empty: the configuration's `sla-seconds`" }),
  'github-token': input.secret({ description: 'Reads when the run was started, and records the deployment' }),
  'record-deployment': input.boolean({ description: 'Record the deployment and how it ended at GitHub; never changes the verdict', default: 'true' }),
  'access-client-id': input.secret({ description: 'Client id of a service token of Cloudflare Access, for a surface whose configuration has `access`' }),
  'access-client-secret': input.secret({ description: 'Its client secret' }),
  'timeout-seconds': input.seconds({ description: 'Longest time for one answer of a public URL', default: '5', min: 1 }),
  options: input.text({ description: 'toJSON(inputs) of the lane: the next command keeps what it was started with' }),
  'on-by-default': input.list({ description: "Names of the lane's switches that are on where nobody says anything, one per line", default: 'dashboard_blocking' }),
  workflow: input.text({ description: 'Workflow file that the next command names; empty: the one that was started' }),
};

export const outputs = {
  verdict: 'deployed, unchanged, partial, failed-before-switch, failed-after-switch or unknown',
  'serving-sha-vendure': 'The commit that Vendure was read to serve',
  'serving-sha-dashboard': 'The commit that the Dashboard was read to serve',
  'serving-sha-storefront': 'The commit that the Storefront was read to serve',
  'sla-seconds': 'Seconds since the deploy was started, with one decimal, rounded up',
  'sla-status': 'met or breached',
  'report-file': 'The whole report as one JSON document, for an artifact',
};
