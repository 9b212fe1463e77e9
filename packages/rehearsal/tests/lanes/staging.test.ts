import { expect, test } from '@jest/globals';
import { LONG, rehearsed } from '../stage.ts';

test(
  'staging takes a commit with a migration when that is allowed: the release command migrates',
  async () => {
    const { exitCode, outcome } = await rehearsed('deploy-staging', '--ref', 'develop', '-f', 'allow_pending_migration=true');
    const sha = outcome.outputs['sha'];
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true } });
    expect(outcome.truth.after).toMatchObject({ vendure: sha, worker: sha, dashboard: sha, storefront: sha, lock: 'free' });
    expect(outcome.truth.after.database).toEqual([...(outcome.truth.before.database as string[]), 'ProductPrice1757919600000']);
    expect(exitCode).toBe(0);
  },
  LONG,
);

test(
  'without the permission it stops before anything is written, and says what to type',
  async () => {
    const { exitCode, outcome, log } = await rehearsed('deploy-staging', '--ref', 'develop');
    expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', writes: 0, rehearsal: { ok: true } });
    expect(outcome.truth.after).toEqual(outcome.truth.before);
    expect(log).toContain('allow_pending_migration=true');
    expect(exitCode).toBe(1);
  },
  LONG,
);
