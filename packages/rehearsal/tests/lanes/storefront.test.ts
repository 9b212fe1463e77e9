import { expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, rehearsed, typed, worldFolder } from '../stage.ts';

test(
  'the Storefront alone goes to production after an approval; Vendure and the Dashboard stay as they are',
  async () => {
    const { exitCode, outcome } = await rehearsed('deploy-storefront', '-f', 'environment=production');
    const { before, after } = outcome.truth;
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true } });
    expect(after).toEqual({ ...before, storefront: outcome.outputs['sha'] });
    expect(outcome.jobs.find(({ id }) => id.endsWith('/ approve'))?.result).toBe('success');
    expect(exitCode).toBe(0);
  },
  LONG,
);

test(
  'to staging nobody is asked; a switch that fails is named with the command of the full lane, which takes the other surfaces away and cures it',
  async () => {
    const world = await worldFolder();
    try {
      const { outcome, report } = await rehearsed('deploy-storefront', '--world', world, '-f', 'environment=staging', '-f', 'ref=guarded', '--fault', 'cloudflare POST */workers/scripts/shop-storefront-staging/versions * 500');
      expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', rehearsal: { ok: true } });
      expect(outcome.truth.after).toEqual(outcome.truth.before);
      expect(outcome.jobs.find(({ id }) => id.endsWith('/ approve'))?.result).toBe('skipped');
      const sha = outcome.outputs['sha'] ?? '';
      expect(report?.next).toEqual([`gh workflow run deploy-staging.yml -f ref=${sha} -f vendure=false -f dashboard=false`]);
      expect(await typed(world, report?.next[0] ?? '')).toMatchObject({ exitCode: 0, said: expect.stringMatching(/^deploy-staging: success, verdict deployed/mu) as unknown });
    } finally {
      await rm(world, { recursive: true, force: true });
    }
  },
  2 * LONG,
);

test(
  'in steps, when it is asked for: a new version that fails at 10 % returns by itself, and the version of before has all visitors again',
  async () => {
    // Two looks at the page at 0 %, which are right; then each is asked twice.
    const { outcome, log, report, requests } = await rehearsed('deploy-storefront', '-f', 'environment=production', '-f', 'gradual=true', '--fault', 'shop GET / 3-6 503');
    expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', rehearsal: { ok: true } });
    expect(outcome.truth.after).toEqual(outcome.truth.before);
    expect(log).toMatch(/At 10 % of version \S+/u);
    // 0 %, 10 %, and back.
    expect(requests.filter(({ write, path }) => write && path.endsWith('/workers/scripts/shop-storefront/deployments'))).toHaveLength(3);
    expect(report?.next).toEqual([`gh workflow run deploy-production.yml -f ref=${outcome.outputs['sha'] ?? ''} -f vendure=false -f dashboard=false -f gradual=true`]);
  },
  LONG,
);

test(
  'what the configuration names is made once: the second time nothing is written',
  async () => {
    const world = await worldFolder();
    try {
      const first = await rehearsed('setup-cloudflare', '--world', world, '-f', 'environment=staging');
      const second = await rehearsed('setup-cloudflare', '--world', world, '-f', 'environment=staging');
      for (const { outcome } of [first, second]) expect(outcome).toMatchObject({ conclusion: 'success', rehearsal: { ok: true }, records: 0 });
      expect(second.outcome.writes).toBe(0);
      expect(second.outcome.truth.after).toEqual(first.outcome.truth.before);
    } finally {
      await rm(world, { recursive: true, force: true });
    }
  },
  2 * LONG,
);
