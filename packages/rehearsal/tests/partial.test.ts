import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, rehearsed, worldFolder } from './stage.ts';

let world: string;
beforeAll(async () => {
  world = await worldFolder();
});
afterAll(() => rm(world, { recursive: true, force: true }));

test(
  'the Dashboard cannot be uploaded: partial, with the command for what is missing',
  async () => {
    const { exitCode, outcome, summary } = await rehearsed('deploy-production', '--world', world, '--fault', 'cloudflare POST */workers/scripts/shop-dashboard/versions * 500');
    const { before, after } = outcome.truth;
    const sha = outcome.outputs['sha'];
    expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'partial', rehearsal: { ok: true } });
    expect(after).toMatchObject({ vendure: sha, worker: sha, dashboard: before.dashboard, storefront: before.storefront, lock: 'free' });
    expect(summary).toContain(`gh workflow run deploy-production.yml -f ref=${sha ?? ''} -f vendure=false`);
    expect(exitCode).toBe(1);
  },
  LONG,
);

test(
  'that command converges',
  async () => {
    const { exitCode, outcome } = await rehearsed('deploy-production', '--world', world, '-f', 'vendure=false');
    const sha = outcome.outputs['sha'];
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true } });
    expect(outcome.truth.after).toMatchObject({ vendure: sha, worker: sha, dashboard: sha, storefront: sha, lock: 'free' });
    expect(exitCode).toBe(0);
  },
  LONG,
);
