import { input } from '@vendure-deploy/shared/action';
import { credential } from '@vendure-deploy/shared/credentials';

export const inputs = {
  config: input.text({ description: "The shop's deploy configuration, from the workspace's root", default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment of the configuration', required: true }),
  sha: input.sha({ description: 'The commit that every surface must serve; empty: only that they serve one and are healthy' }),
  surfaces: input.list({ description: 'Surfaces to probe, one a line; empty: all that the configuration has' }),
  attempts: input.integer({ description: 'Looks at a surface without a usable answer, as while it warms up', default: '6', min: 1, max: 100 }),
  'interval-seconds': input.seconds({ description: 'Pause between two looks', default: '5', min: 1 }),
  'timeout-seconds': input.seconds({ description: 'Longest time for one answer', default: '5', min: 1 }),
  'propagation-seconds': input.seconds({ description: 'How long another commit may still answer; beyond it, that is what serves', default: '25' }),
  'worker-seconds': input.seconds({ description: 'Longest time for a worker to do the canary job', default: '15', min: 1 }),
  'queue-lag-seconds': input.seconds({ description: "Longest time that a job may wait for a worker; 0: the configuration's", default: '0' }),
  'bake-seconds': input.seconds({ description: 'How long every read is repeated after all is right; 0: not at all', default: '0', max: 3600 }),
  'previous-sha': input.sha({ description: 'The commit of the release before, which `compatibility: storefront-may-lag` lets the storefront serve' }),
  'switched-at': input.text({ description: "When Vendure was switched (RFC 3339): jobs RUNNING since before are orphans; empty: when the worker had started, by its own words" }),
  'jobs-token': input.secret({ description: "The token of the shop's job checks (docs/shop-contract.md); empty: they are left out, and said to be", from: credential('JOBS_TOKEN') }),
  'access-client-id': input.secret({ description: 'Client id of a service token of Cloudflare Access, for a surface whose configuration has `access`', from: credential('ACCESS_CLIENT_ID') }),
  'access-client-secret': input.secret({ description: 'Its client secret', from: credential('ACCESS_CLIENT_SECRET') }),
};

export const outputs = {
  ok: 'true when every probe of every surface passed, else false',
};
