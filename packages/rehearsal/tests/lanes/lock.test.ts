import { expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, rehearsed, worldFolder } from '../stage.ts';
import { VENDURE_ONLY } from './faults.ts';

const HELD = ['-f', 'environment=production', '--fault', 'github lock held-by-another-run'];

test(
  'who asks is told who holds the lock, and nothing is written',
  async () => {
    const { exitCode, outcome, log } = await rehearsed('deploy-lock', ...HELD);
    expect(log).toMatch(/The lock of production is held by example\/shop run \d+ attempt 1, job vendure, by @colleague .*Its run is still active\./u);
    expect(outcome).toMatchObject({ conclusion: 'success', rehearsal: { ok: true }, writes: 0, records: 0, truth: { after: { lock: { holder: expect.stringContaining('/actions/runs/') } } } });
    expect(exitCode).toBe(0);
  },
  LONG,
);

test(
  'the command that a refusal names breaks the lock of a run that goes on, and only with a reason and the environment typed again',
  async () => {
    const force = [...HELD, '-f', 'operation=force', '-f', 'confirm_environment=production'];
    const refused = await rehearsed('deploy-lock', ...force);
    expect(refused.log).toContain('operation force needs a `reason`');
    expect(refused.outcome).toMatchObject({ conclusion: 'failure', records: 0, truth: { after: { lock: { holder: expect.stringContaining('/actions/runs/') } } } });

    const { exitCode, outcome, log } = await rehearsed('deploy-lock', ...force, '-f', 'reason=its runner was switched off');
    expect(log).toMatch(/the lock of production was taken from example\/shop run \d+/u);
    expect(outcome).toMatchObject({ conclusion: 'success', writes: 0, truth: { after: { lock: 'free' } } });
    expect(exitCode).toBe(0);
  },
  2 * LONG,
);

test(
  'a run that loses its runner keeps the lock, and the next one is told when it can be taken',
  async () => {
    const world = await worldFolder();
    try {
      const lost = await rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY, '--fault', 'run step vendure/deploy 1 runner-lost');
      expect(lost.outcome).toMatchObject({ conclusion: 'failure', verdict: null, truth: { after: { lock: { holder: expect.stringContaining('/actions/runs/') } } } });
      const next = await rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY);
      expect(next.log).toMatch(/Its run has ended \(failure\), but its runner did not report every step and may still be at work: the lock can be taken in \d+ s\./u);
      expect(next.outcome).toMatchObject({ verdict: 'failed-before-switch', truth: { after: { lock: { holder: expect.stringContaining('/actions/runs/') } } } });
    } finally {
      await rm(world, { recursive: true, force: true });
    }
  },
  2 * LONG,
);
