import { expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, type Rehearsed, rehearsed, typed, worldFolder } from '../stage.ts';

const LANE = 'fast-deploy-production';

test(
  "staging's image and a Dashboard of the same commit go to production in one job, without a build of an image; the same again writes nothing",
  inWorld(async (world) => {
    const { exitCode, outcome, summary, log } = await rehearsed(LANE, '--world', world);
    const { before, after } = outcome.truth;
    const sha = outcome.outputs['sha'];
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true }, outputs: { 'serving-sha-vendure': sha, 'serving-sha-dashboard': sha, 'sla-status': 'met' } });
    expect(after).toEqual({ ...before, vendure: sha, worker: sha, dashboard: sha });
    expect(outcome.jobs.map(({ id, result }) => `${id} ${result}`).sort()).toEqual(['deploy / approve success', 'deploy / dashboard-build success', 'deploy / deploy success']);
    expect(log).toMatch(/was copied from staging's image of \w+, and read back as sha256:\w+/u);
    expect(log).not.toContain('docker buildx');
    expect(summary).toMatch(/### Time: \d+\.\d s of 300 s \(met\)/u);
    for (const phase of ['preflight', 'image', 'dashboard-build', 'vendure', 'dashboard', 'verify']) expect(summary).toMatch(new RegExp(`^\\| ${phase} \\| success \\| \\d`, 'mu'));
    expect(exitCode).toBe(0);
    expect((await rehearsed(LANE, '--world', world)).outcome).toMatchObject({ conclusion: 'success', verdict: 'unchanged', writes: 0, truth: { before: after, after } });
  }),
  2 * LONG,
);

test(
  "an image that is named is deployed, once it is the commit's; Vendure alone, where the Dashboard is left out",
  inWorld(async (world) => {
    const wrong = await rehearsed(LANE, '--world', world, '-f', `image=registry.fly.io/shop-staging:staging-${'0'.repeat(40)}`);
    expectUntouched(wrong);
    expect(said(wrong)).toContain('which the registry does not have. Give one that is there, or leave it empty to use the image of the commit.');
    const sha = await commitOf(world, 'main');
    const { outcome } = await rehearsed(LANE, '--world', world, '-f', 'dashboard=false', '-f', `image=registry.fly.io/shop-staging:staging-${sha}`);
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true } });
    expect(outcome.truth.after).toMatchObject({ vendure: sha, worker: sha, dashboard: outcome.truth.before.dashboard, lock: 'free' });
    expect(outcome.jobs.find(({ id }) => id.endsWith('dashboard-build'))?.result).toBe('skipped');
  }),
  2 * LONG,
);

test(
  'a commit without an image ends before any write and without docker; what is printed has staging build it, and then it is deployed, migration and all, with an honest warning',
  inWorld(async (world) => {
    const asked = [LANE, '--world', world, '-f', 'ref=develop', '-f', 'allow_non_main=true', '-f', 'dashboard=false'] as const;
    // Where preflight does not look, the image phase does. Docker would meet a fault, and none of it has fired.
    const DOCKER = 'tool docker 1- exit 1 without-effect';
    const unseen = await rehearsed(...asked, '-f', 'skip_provenance=true', '--fault', DOCKER);
    expect(unseen.outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', writes: 0, rehearsal: { ok: false, why: `faults that never fired: ${DOCKER}` } });
    const seen = await rehearsed(...asked);
    expectUntouched(seen);
    const sha = await commitOf(world, 'develop');
    const again = (ref: string): string => `gh workflow run fast-deploy-production.yml -f ref=${ref} -f dashboard=false -f allow_non_main=true`;
    const build = (ref: string): string => `gh workflow run deploy-staging.yml -f ref=${ref} -f dashboard=false -f storefront=false -f allow_pending_migration=true`;
    expect(unseen.report?.next).toEqual([build(sha), `${again(sha)} -f skip_provenance=true -f sla_seconds=300`]);
    expect(seen.report?.diagnoses.map(({ id }) => id)).toEqual(['image-not-prebuilt']);
    expect(seen.report?.next).toEqual([build('develop'), `${again('develop')} -f sla_seconds=300`]);
    expect(said(seen)).toContain(`Build it first:  ${build(sha)}`);

    expect(await typed(world, build('develop'))).toMatchObject({ exitCode: 0, said: expect.stringMatching(/^deploy-staging: success, verdict deployed/mu) as unknown });
    const { outcome } = await rehearsed(LANE, '--world', world, ...(seen.report?.next[1] ?? '').split(' ').slice(4));
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true }, truth: { after: { vendure: sha, worker: sha, lock: 'free' } } });
    const warnings = outcome.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message).join('\n');
    expect(warnings).toContain(`A backup and the migration come before the switch, and may take longer than the 300 s of this lane. Without that promise:  gh workflow run deploy-production.yml -f ref=${sha} -f allow_pending_migration=true -f allow_non_main=true -f dashboard=false -f storefront=false`);
  }),
  4 * LONG,
);

test(
  'a commit of another branch is refused, and the plan of a dry run is shown: neither changes anything',
  inWorld(async (world) => {
    const refused = await rehearsed(LANE, '--world', world, '-f', 'ref=develop', '-f', 'dashboard=false');
    expectUntouched(refused);
    expect(said(refused)).toContain('is not on main');
    expect(refused.report?.next).toEqual(['gh workflow run fast-deploy-production.yml -f ref=develop -f dashboard=false -f sla_seconds=300 -f allow_non_main=true']);
    const { outcome, summary } = await rehearsed(LANE, '--world', world, '-f', 'dry_run=true');
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: null, writes: 0, truth: { before: refused.outcome.truth.before, after: refused.outcome.truth.before } });
    expect(outcome.jobs.filter(({ result }) => result !== 'skipped').map(({ id }) => id)).toEqual(['deploy / deploy']);
    expect(summary).toContain('| image | `is copied from where it is` |');
  }),
  2 * LONG,
);

test(
  'a fault before the switch, a cancel in the job, a fault after it: each says what serves and what to type, the lock is free, and the lane again mends it',
  inWorld(async (world) => {
    const before = await rehearsed(LANE, '--world', world, '--fault', 'tool flyctl 1 exit 0 without-effect');
    expect(before.outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', rehearsal: { ok: true }, truth: { after: { ...before.outcome.truth.before, lock: 'free' } } });
    expect(before.report?.diagnoses[0]?.id).toBe('flyctl-lied');
    const again = `gh workflow run fast-deploy-production.yml -f ref=${before.report?.sha ?? ''}`;
    expect(before.report?.next).toEqual([`${again} -f sla_seconds=300`]);

    const cancelled = await rehearsed(LANE, '--world', world, '--fault', 'run step deploy/vendure 1 SIGINT');
    expect(cancelled.outcome).toMatchObject({ verdict: 'failed-before-switch', rehearsal: { ok: true }, truth: { after: { vendure: cancelled.outcome.truth.before.vendure, dashboard: cancelled.outcome.truth.before.dashboard, lock: 'free' } } });

    const after = await rehearsed(LANE, '--world', world, '--fault', 'cloudflare POST */workers/scripts/shop-dashboard/versions * 500');
    expect(after.outcome).toMatchObject({ conclusion: 'failure', verdict: 'partial', rehearsal: { ok: true }, truth: { after: { vendure: after.report?.sha, dashboard: after.outcome.truth.before.dashboard, lock: 'free' } } });
    // What the action says by itself is the full lane, which can leave Vendure out.
    expect(said(after)).toContain(`gh workflow run deploy-production.yml -f ref=${after.report?.sha ?? ''} -f vendure=false -f storefront=false`);

    const mended = await rehearsed(LANE, '--world', world, ...(after.report?.next[0] ?? '').split(' ').slice(4));
    expect(mended.outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', truth: { after: { vendure: after.report?.sha, dashboard: after.report?.sha, lock: 'free' } } });
  }),
  4 * LONG,
);

function inWorld(body: (world: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = await worldFolder();
    try {
      await body(world);
    } finally {
      await rm(world, { recursive: true, force: true });
    }
  };
}

function expectUntouched({ outcome }: Rehearsed): void {
  expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', writes: 0, rehearsal: { ok: true }, truth: { after: { lock: 'free' } } });
  expect(outcome.truth.after).toEqual(outcome.truth.before);
}

async function commitOf(world: string, ref: string): Promise<string> {
  return /[0-9a-f]{40}/u.exec((await typed(world, `git rev-parse ${ref}`)).said)?.[0] ?? '';
}

function said({ outcome }: Rehearsed): string {
  return outcome.annotations.map(({ message }) => message).join('\n');
}
