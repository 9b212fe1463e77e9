import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, rehearsed, worldFolder } from './stage.ts';

let world: string;
beforeAll(async () => {
  world = await worldFolder();
});
afterAll(() => rm(world, { recursive: true, force: true }));

test(
  'production is taken from a commit to a verified SHA on every surface',
  async () => {
    const { exitCode, outcome, summary, log } = await rehearsed('deploy-production', '--ref', 'main', '--world', world);
    const { before, after } = outcome.truth;
    const sha = outcome.outputs['sha'];
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', 'stray-calls': [], rehearsal: { ok: true } });
    expect(sha).toMatch(/^[0-9a-f]{40}$/u);
    expect(sha).not.toBe(before.vendure);
    expect(after).toMatchObject({ vendure: sha, worker: sha, dashboard: sha, storefront: sha, lock: 'free' });
    expect(outcome.outputs).toMatchObject({ 'serving-sha-vendure': sha, 'serving-sha-dashboard': sha, 'serving-sha-storefront': sha, 'sla-status': 'met' });
    expect(summary).toContain('production: deployed');
    // What preflight asked of the shop itself, in a checkout where nothing was built yet; its backup is the run's only one.
    for (const check of ['plugin output', 'drift audit', 'backup', 'what serves is healthy']) expect(summary).toContain(`| ${check} | ok |`);
    expect(log).toMatch(/Backup shop-\w+ of \S+ was taken by this run before; no second one\./u);
    // Production runs the very bytes that staging runs, and how they came is kept with the run.
    expect(log).toMatch(/was copied from staging's image of \w+, and read back as sha256:\w+; (\d+) of \1 layers mounted/u);
    expect(log).toContain(`Artifact vendure-image-build-production-${sha} has been successfully uploaded! (1 files)`);
    expect(exitCode).toBe(0);
  },
  LONG,
);

test(
  'the same again in the same world is unchanged, and nothing is written',
  async () => {
    const { exitCode, outcome } = await rehearsed('deploy-production', '--world', world);
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'unchanged', writes: 0, rehearsal: { ok: true } });
    expect(outcome.truth.after).toEqual(outcome.truth.before);
    expect(exitCode).toBe(0);
  },
  LONG,
);
