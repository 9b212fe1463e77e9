import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { going, LONG, rehearsed, worldFolder } from '../stage.ts';
import { VENDURE_ONLY } from './faults.ts';

let world: string;
beforeAll(async () => {
  world = await worldFolder();
});
afterAll(() => rm(world, { recursive: true, force: true }));

test(
  'a deploy that its reviewers refuse changes nothing',
  async () => {
    const { exitCode, outcome } = await rehearsed('deploy-production', '--world', world, '--approve', 'production-approval=no');
    expect(outcome).toMatchObject({ conclusion: 'failure', verdict: null, writes: 0, records: 0 });
    expect(outcome.truth.after).toEqual(outcome.truth.before);
    expect(outcome.annotations).toContainEqual(expect.objectContaining({ level: 'error', message: "The deployment to 'production-approval' was rejected." }));
    expect(exitCode).toBe(1);
  },
  LONG,
);

test(
  'while the approval of one deploy is out, production and staging are deployed at the same time; cancelled, it has touched neither',
  async () => {
    const waiting = await going('deploy-production', '--world', world, '--approve', 'production-approval=hold');
    await waiting.said(/approve waits for the reviewers of production-approval/u);
    const [production, staging] = await Promise.all([
      rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY),
      rehearsed('deploy-staging', '--world', world, '--ref', 'develop', '-f', 'allow_pending_migration=true', ...VENDURE_ONLY),
    ]);
    for (const { outcome } of [production, staging]) {
      expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true } });
      expect(outcome.truth.after).toMatchObject({ vendure: outcome.outputs['sha'], worker: outcome.outputs['sha'], lock: 'free' });
    }
    const { exitCode, outcome } = await waiting.cancel();
    expect(outcome).toMatchObject({ conclusion: 'cancelled', verdict: null, writes: 0, records: 0 });
    expect(outcome.truth.after).toMatchObject({ vendure: production.outcome.outputs['sha'], lock: 'free' });
    expect(exitCode).toBe(1);
  },
  2 * LONG,
);
