import { faultsInARow } from './faults.ts';

// Each goes on from where the one before it ended: what was switched stays switched.
faultsInARow([
  ['SIGINT in preflight', { fault: 'run step preflight/preflight 1 SIGINT', verdict: 'failed-before-switch', serves: { vendure: 'old', dashboard: 'old', storefront: 'old' }, noWrites: true }],
  ['SIGINT while the image is built', { fault: 'run step image/image 1 SIGINT', verdict: 'failed-before-switch', serves: { vendure: 'old', dashboard: 'old', storefront: 'old' } }],
  ['SIGINT while the Dashboard is built', { fault: 'run step dashboard-build/build 1 SIGINT', verdict: 'failed-before-switch', serves: { vendure: 'old', dashboard: 'old', storefront: 'old' } }],
  ['SIGINT after the green Machines serve', { fault: 'run step vendure/deploy 1 SIGINT at Stopping all blue', verdict: 'partial', serves: { vendure: 'new', dashboard: 'old', storefront: 'old' } }],
  ['SIGINT while wrangler deploys the Dashboard', { fault: 'run step dashboard/deploy 1 SIGINT at Verify the artifact', verdict: 'failed-before-switch', serves: { vendure: 'old', dashboard: 'old', storefront: 'old' } }],
  ['SIGINT in the Storefront, before its upload', { fault: 'run step storefront/deploy 1 SIGINT at Verify the artifact', verdict: 'partial', serves: { vendure: 'old', dashboard: 'new', storefront: 'old' } }],
  ['SIGINT while the public is probed', { fault: 'run step verify/verify 1 SIGINT', verdict: 'deployed', says: /What serves was not verified \(verify: cancelled\)\./u, serves: { vendure: 'old', dashboard: 'old', storefront: 'new' } }],
  ['the runner is lost in preflight', { fault: 'run step preflight/preflight 1 runner-lost', verdict: null, serves: { vendure: 'old', dashboard: 'old', storefront: 'old' } }],
]);
