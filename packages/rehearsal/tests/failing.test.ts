import { expect, test } from '@jest/globals';
import { commandLine, LONG, rehearsed } from './stage.ts';

test(
  'flyctl says 0 and has deployed nothing: red, the old version serves, and it says so',
  async () => {
    const { exitCode, outcome, log } = await rehearsed('deploy-production', '--fault', 'tool flyctl 1 exit 0 without-effect');
    const { before, after } = outcome.truth;
    expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', rehearsal: { ok: true } });
    expect(after).toEqual(before);
    expect(before.lock).toBe('free');
    expect(log).toContain(`still serves ${(typeof before.vendure === 'string' ? before.vendure : 'nothing').slice(0, 7)} (old)`);
    expect(exitCode).toBe(1);
  },
  LONG,
);

test(
  'cancelled while flyctl works: it ends in time, the old version serves, and our lock is free',
  async () => {
    const { exitCode, outcome, log } = await rehearsed('deploy-production', '--fault', 'run step vendure/deploy 1 SIGINT at Waiting for all green');
    const vendure = outcome.jobs.find((job) => job.id.endsWith('/ vendure'));
    const deploy = vendure?.steps.find((step) => step.id === 'deploy');
    expect(outcome).toMatchObject({ conclusion: 'cancelled', verdict: 'failed-before-switch', rehearsal: { ok: true } });
    expect(outcome.truth.after).toEqual(outcome.truth.before);
    expect(vendure?.result).toBe('cancelled');
    // Its own words were said: it was not killed 10 s after the signal.
    expect(log).toContain('Cancelled while flyctl worked.');
    expect(deploy?.seconds).toBeLessThan(20);
    expect(exitCode).toBe(1);
  },
  LONG,
);

test.each([
  ['a fault line that does not parse', ['--fault', 'fly POST /v1 1 explode'], 'the effect is "explode"'],
  ['a ref that the shop does not have', ['--ref', 'nowhere'], 'no branch, tag or commit "nowhere"'],
  ['a field without a value', ['-f', 'ref'], 'is not name=value'],
  ['an option that is none', ['--fautl', 'x'], 'unknown option'],
])(
  '%s ends with code 2 and one sentence',
  async (_, args, sentence) => {
    const { exitCode, said } = await commandLine('deploy-production', ...args);
    expect(said).toContain(sentence);
    expect(exitCode).toBe(2);
  },
  LONG,
);
