import { eachRecovery, recoveriesAtOnce } from './recovery.ts';

const surfaces = ['dashboard'] as const;
const more = ['-f', 'storefront=false'];
const VERSIONS = 'cloudflare POST */workers/scripts/shop-dashboard/versions';

recoveriesAtOnce([
  { id: 'cloudflare-unwell', surfaces, more, faults: [`${VERSIONS} * 500`] },
  { id: 'cloudflare-rate-limited', surfaces, more, faults: [`${VERSIONS} * 429`] },
  { id: 'dashboard-behind', surfaces, more, faults: [`${VERSIONS} * 400 {"success":false,"errors":[{"code":10000000,"message":"no"}]}`] },
  { id: 'worker-anchor-unreadable', surfaces, more, faults: ['cloudflare GET */workers/scripts/shop-dashboard/deployments * 404'] },
]);

const storefront = ['storefront'] as const;

eachRecovery([
  { id: 'storefront-behind', surfaces: storefront, more: ['-f', 'dashboard=false'], faults: ['cloudflare POST */workers/scripts/shop-storefront/versions * 400 {"success":false,"errors":[{"code":10000000,"message":"no"}]}'] },
  { id: 'worker-live-without-routes', surfaces: ['dashboard'], more, faults: ['cloudflare PUT **/routes * 500'] },
]);
