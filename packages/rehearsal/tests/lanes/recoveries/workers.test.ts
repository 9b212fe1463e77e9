import { recoveriesInARow } from './recovery.ts';

const surfaces = ['dashboard'] as const;

recoveriesInARow([
  { id: 'cloudflare-unwell', surfaces, more: ['-f', 'storefront=false'], faults: ['cloudflare POST */workers/scripts/shop-dashboard/versions * 500'] },
  { id: 'cloudflare-rate-limited', surfaces, more: ['-f', 'storefront=false'], faults: ['cloudflare POST */workers/scripts/shop-dashboard/versions * 429'] },
]);
