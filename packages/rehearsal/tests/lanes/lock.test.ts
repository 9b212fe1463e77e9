import { expect, test } from '@jest/globals';
import { LONG, rehearsed } from '../stage.ts';

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
