import { eachFault, VENDURE_ONLY } from './faults.ts';

const args = VENDURE_ONLY;

eachFault([
  ['another run holds the lock', { fault: 'github lock held-by-another-run', args, verdict: 'failed-before-switch', serves: { vendure: 'old' }, lockedByAnother: true }],
  // That it converges is shown in recoveries/, by the command that is printed.
  ['the registry answers 500 when it is asked for the image', { fault: 'registry GET /v2/**/manifests/** * 500', args, verdict: 'failed-before-switch', serves: { vendure: 'old' }, noWrites: true, converges: false }],
  ['docker says 0 and has pushed nothing', {
    // Production's image is copied from staging, and staging has none of `develop` yet: that is built.
    fault: 'tool docker 1 exit 0 without-effect', lane: 'deploy-staging', args: ['--ref', 'develop', '-f', 'allow_pending_migration=true', ...VENDURE_ONLY],
    verdict: 'failed-before-switch', serves: { vendure: 'old' }, noWrites: true,
  }],
  ['the release command fails', {
    fault: 'fly GET /v1/apps/*/machines 1 delay 1s', lane: 'deploy-staging', args: ['--ref', 'broken', '-f', 'allow_pending_migration=true', ...VENDURE_ONLY],
    verdict: 'failed-before-switch', serves: { vendure: 'old' }, converges: false,
  }],
  ["wrangler's lost reply: the Dashboard is live all the same", {
    fault: 'cloudflare POST */workers/scripts/shop-dashboard/deployments 1 reset after-commit', verdict: 'deployed', serves: { vendure: 'new', dashboard: 'new', storefront: 'new' }, converges: false,
  }],
  ['the Storefront cannot be switched', {
    fault: 'cloudflare POST */workers/scripts/shop-storefront/deployments * 500', verdict: 'partial', serves: { vendure: 'new', dashboard: 'new', storefront: 'old' },
  }],
  // What the gate of fly-deploy cannot see, and verify has to: the new commit serves and does not work, which is no deploy.
  ['the new worker hangs', { fault: 'fly machine worker/* * hangs', args, verdict: 'failed-after-switch', serves: { vendure: 'new' }, fails: 'no worker has done the canary job', converges: false }],
  ['GraphQL answers 200 with errors', { fault: 'shop POST /shop-api * 200 {"data":null,"errors":[{"message":"connect ECONNREFUSED"}]}', args, verdict: 'failed-after-switch', serves: { vendure: 'new' }, fails: 'GraphQL answered with errors', converges: false }],
]);
