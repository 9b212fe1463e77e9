import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readShopConfig, surfacesOf } from '../../src/shop/config.ts';
import { openWorld } from '../../src/world/open.ts';
import { insideOf, interruptedTypingWhen, LONG, processesOf, rehearsed, typed, worldFolder } from '../stage.ts';

const git = promisify(execFile);

// One world from the first test to the last. script/deploy is told nothing of it: it meets GitHub, Fly and Cloudflare under their own names.
let world: string;
beforeAll(async () => {
  world = await worldFolder();
  expect((await rehearsed('deploy-lock', '--world', world, '-f', 'environment=staging')).exitCode).toBe(0);
}, LONG);
afterAll(() => rm(world, { recursive: true, force: true }));

const ONLY_VENDURE = '-f dashboard=false -f storefront=false';

test(
  'a laptop deploys to staging under its own name: the lock is renewed while it works and free afterwards, and GitHub has the deployment',
  async () => {
    const out = join(world, 'out-staging');
    const { exitCode, said } = await typed(world, `script/deploy deploy-staging --ref develop -f allow_pending_migration=true -f bake_seconds=22 --out ${out} && gh api repos/example/shop/deployments && exit 0; cat ${out}/log.txt; exit 1`);
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: expect.stringContaining('deploy-staging: success, verdict deployed') });
    const { truth } = await insideOf(world, 'staging');
    expect(truth).toMatchObject({ lock: 'free', worker: truth.vendure, dashboard: truth.vendure, storefront: truth.vendure });
    const [, develop = ''] = /example\/shop develop ([0-9a-f]{7})/u.exec(said) ?? [];
    expect(truth.vendure).toMatch(new RegExp(`^${develop}`, 'u'));
    expect(said).toContain(`vendure     ${develop}  new`);
    expect(said).toMatch(/"description":"Deployed by a laptop, \w+@[^"]+"/u);
    expect(said).toContain('"creator":{"login":"operator"');

    const states = await lockStates('staging');
    expect(states[0]).toMatchObject({ why: 'acquire', holder: { kind: 'local', actor: 'operator', user: expect.any(String), host: expect.any(String) } });
    expect(states.at(-1)).toMatchObject({ state: 'free', why: 'release' });
    // While verify watched what serves nobody fenced: what moved the lock was the machine itself.
    const verify = await readFile(join(out, 'outcome.json'), 'utf8').then((text) => (JSON.parse(text) as { jobs: { id: string; seconds: number }[] }).jobs.find(({ id }) => id.endsWith('verify')));
    expect(verify?.seconds).toBeGreaterThan(22);
    expect(Math.max(...states.map(({ at }, index) => (index === 0 ? 0 : at - (states[index - 1]?.at ?? at))))).toBeLessThan(60);
    expect(states.filter(({ at }, index) => index > 0 && at - (states[index - 1]?.at ?? at) >= 15 && states[index]?.why === 'renew')).not.toEqual([]);
  },
  2 * LONG,
);

const REFUSED: readonly (readonly [what: string, command: string, sentence: string])[] = [
  ['production without a terminal', 'deploy-production', 'there is no terminal at which to ask. Nothing was started. Say that it is meant:  script/deploy deploy-production --confirm production'],
  ['another name than production', 'deploy-production --confirm staging', '--confirm is "staging", and what has to be confirmed is "production". Nothing was started'],
  ['the Storefront of production', 'deploy-storefront -f environment=production', '--confirm production'],
  ['a workflow that there is not', 'deploy-prod --confirm production', 'there is no workflow "deploy-prod". There is: deploy-lock, deploy-prod-preview, deploy-production, deploy-staging'],
  ['an input that there is not', 'deploy-staging -f vendor=false', 'Unexpected input `vendor`. .github/workflows/deploy-staging.yml takes: ref, vendure, dashboard,'],
  ['a branch that is nowhere', 'deploy-staging --ref nowhere', 'GitHub\'s example/shop has no branch, tag or commit "nowhere". Its branches: '],
  ['a branch that is not pushed', 'deploy-staging --ref mine', 'the branch mine is here and not at GitHub. Push it:  git push origin mine'],
  ['a commit that is not pushed', 'deploy-staging --ref $(git rev-parse mine)', 'Push it first:  git push origin '],
  ['a branch with commits that are not pushed', 'deploy-staging --ref guarded', '1 commit of guarded is here and not at GitHub. Push:  git push origin guarded'],
];

test(
  'what a laptop must not do is refused in a sentence, and nothing is written anywhere',
  async () => {
    const before = (await insideOf(world)).truth;
    const identity = 'export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com';
    const mine = `${identity}; git branch mine $(git commit-tree -p main -m mine main^{tree}) && git branch -f guarded $(git commit-tree -p guarded -m more guarded^{tree}) || exit 9`;
    const { said } = await typed(world, `exec 2>&1; ${mine}; ${REFUSED.map(([what, command]) => `script/deploy ${command}; echo "$? after ${what}"`).join('; ')}; git branch -D mine; git branch -f guarded guarded~1; touch left-over; script/deploy deploy-production --plan; rm left-over; script/deploy deploy-lock --help`);
    for (const [what, , sentence] of REFUSED) {
      const text = said.slice(0, said.indexOf(`2 after ${what}\n`));
      expect(text.slice(Math.max(0, text.lastIndexOf(' after ')))).toContain(sentence);
    }
    expect(said).toContain('1 file here is not committed; what is deployed is the commit');
    expect(said).toMatch(/to confirm: production\n[\s\S]*deploy \/ deploy \/ vendure +4 steps, environment production, writes contents/u);
    expect(said).toMatch(/-f operation= +status\|steal\|force +\(status\)/u);
    expect((await insideOf(world)).truth).toEqual(before);
    expect(await lockStates('production')).toEqual([]);
  },
  LONG,
);

test(
  'who meets the lock of a CI run is told whose it is, and writes nothing; the deploy-lock lane says the same from there',
  async () => {
    const opened = await openWorld({ directory: world, keep: true, speed: 10, from: null, say: () => undefined });
    try {
      const held = await opened.openRun({ faults: ['github lock held-by-another-run'], latencyMs: 0, environment: 'production' });
      const surfaces = surfacesOf(await readShopConfig(opened.facts.shop), 'production');
      const before = await held.truth(surfaces);
      const { exitCode, said } = await typed(world, `script/deploy deploy-lock -f environment=production && script/deploy deploy-production --confirm production ${ONLY_VENDURE} --out ${join(world, 'out-met')}`);
      expect(said).toMatch(/lock: .*The lock of production is held by example\/shop run \d+ attempt 1, job vendure, by @colleague/u);
      expect(said).toMatch(/deploy-lock: production is being deployed by example\/shop run \d+ .* script\/deploy deploy-lock -f environment=production -f operation=force/u);
      expect(said).toMatch(/lock of production: held by example\/shop run \d+/u);
      expect(exitCode).toBe(1);
      expect(await held.truth(surfaces)).toEqual(before);
      await held.close();
    } finally {
      await opened.leave();
    }
  },
  LONG,
);

test(
  'a Ctrl-C while flyctl deploys cancels: the report and the release of the lock run, what serves is said, and nothing is left',
  async () => {
    const before = (await insideOf(world)).truth;
    const out = join(world, 'out-cancelled');
    const { exitCode, said } = await interruptedTypingWhen(
      async () => /flyctl[\s\S]*Waiting for/u.test(await logOf(out, 'vendure', 'deploy')),
      world, `script/deploy deploy-production --confirm production ${ONLY_VENDURE} --out ${out}`,
    );
    expect(said).toContain('Cancelling: the steps at work are asked to end');
    expect(said).toMatch(/deploy-production: cancelled, verdict (?:failed-before-switch|deployed|failed-after-switch)/u);
    const { truth } = await insideOf(world);
    expect(truth.lock).toBe('free');
    expect(truth.vendure).toBe(before.vendure);
    expect(said).toContain(`production serves\n  vendure     ${JSON.stringify(truth.vendure).slice(1, 8)}  old`);
    expect(said).toContain('lock of production: free');
    expect(said).toMatch(/next:\n {2}script\/deploy deploy-production -f ref=[0-9a-f]{40} -f dashboard=false -f storefront=false/u);
    expect(exitCode).toBe(1);
    expect((await lockStates('production')).at(-1)).toMatchObject({ why: 'release', holder: { kind: 'local' } });
    expect(await processesOf(world)).toEqual([]);
  },
  LONG,
);

interface LockCommit { readonly at: number; readonly state: string; readonly why: string; readonly holder: unknown }

/** The history of the lock at the world's GitHub, oldest first; the fault's own commits are those of a run. */
async function lockStates(environment: string): Promise<LockCommit[]> {
  const bare = join(world, 'twin/github/example/shop.git');
  const log = await git('git', ['--git-dir', bare, 'log', '--reverse', '--format=%ct%x00%b%x00%x01', `deploy-lock/${environment}`]).then(({ stdout }) => stdout, () => '');
  return log.split('\u0001').map((text) => text.trim().split('\0')).filter(([, body]) => body !== undefined && body !== '').map(([at, body]) => ({ ...(JSON.parse(body ?? '') as Omit<LockCommit, 'at'>), at: Number(at) }));
}

async function logOf(out: string, job: string, step: string): Promise<string> {
  const folder = (await readdir(join(out, 'jobs')).catch(() => [])).find((name) => name.endsWith(`_${job}`));
  return folder === undefined ? '' : readFile(join(out, 'jobs', folder, `${step}.log`), 'utf8').catch(() => '');
}
