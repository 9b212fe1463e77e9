import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { planWorkflow } from '@vendure-deploy/runner';
import { readCheckout, unpushed } from '../src/checkout.ts';
import { operatorsToken } from '../src/github.ts';
import { keptSecrets, readSecrets } from '../src/secrets.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SHOP = join(ROOT, 'examples/shop');
const MAIN = ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source', join(ROOT, 'packages/laptop/src/main.ts')];

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'machine-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: readonly string[]): string {
  const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  return execFileSync('git', ['-C', folder, ...args], { env: { ...process.env, ...identity }, encoding: 'utf8' }).trim();
}

test('a checkout says which repository it comes from, and what is not committed in it', async () => {
  await expect(readCheckout(folder)).rejects.toThrow('is no git checkout');
  git('init', '--quiet', '--initial-branch=main');
  await expect(readCheckout(folder)).rejects.toThrow('its remote `origin` is not set');
  git('remote', 'add', 'origin', 'git@elsewhere.example:shop.git');
  await expect(readCheckout(folder)).rejects.toThrow('does not come from GitHub');
  for (const url of ['git@github.com:example/shop.git', 'https://github.com/example/shop', 'ssh://git@github.com/example/shop.git']) {
    git('remote', 'set-url', 'origin', url);
    expect(await readCheckout(folder)).toMatchObject({ repository: 'example/shop', uncommitted: 0 });
  }
  writeFileSync(join(folder, 'new'), '');
  expect(await readCheckout(folder)).toMatchObject({ uncommitted: 1 });
});

test('what a branch has here and not at GitHub is counted; where nothing can be compared nothing is claimed', async () => {
  git('init', '--quiet', '--initial-branch=main');
  for (const message of ['one', 'two', 'three']) git('commit', '--quiet', '--allow-empty', '-m', message);
  const [three, one] = [git('rev-parse', 'HEAD'), git('rev-parse', 'HEAD~2')];
  expect(await unpushed(folder, 'main', three)).toBe(0);
  expect(await unpushed(folder, 'main', one)).toBe(2);
  expect(await unpushed(folder, 'other', one)).toBe(0);
  const unseen = 'f'.repeat(40);
  expect(await unpushed(folder, 'main', unseen)).toBe(0);
  git('update-ref', 'refs/remotes/origin/main', one);
  expect(await unpushed(folder, 'main', unseen)).toBe(2);
});

test('secrets are those that the workflow names: a given file before the shell, the shell before what is kept for the environment', async () => {
  const suite = { directory: ROOT, sha: 'a'.repeat(40) };
  const planOf = (workflow: string): ReturnType<typeof planWorkflow> => planWorkflow({ repository: 'example/shop', directory: SHOP, sha: 'b'.repeat(40), ref: 'refs/heads/main', workflow, resolveRepository: () => Promise.resolve(suite) });
  const plan = await planOf('deploy-production.yml');
  const kept = keptSecrets({ XDG_CONFIG_HOME: folder }, 'example/shop');
  expect(kept).toBe(join(folder, 'vendure-deploy/example/shop'));
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, 'production.env'), `FLY_API_TOKEN=kept\nJOBS_TOKEN='kept "jobs"'\nCOMMAND_ENVIRONMENT="A=1\nB=2"\nOTHER=kept\n`, { mode: 0o600 });
  const given = join(folder, 'given.env');
  writeFileSync(given, 'CLOUDFLARE_API_TOKEN=given\n', { mode: 0o600 });
  const shell = { FLY_API_TOKEN: 'shell', CLOUDFLARE_API_TOKEN: 'shell', GITHUB_TOKEN: 'mine', HOME: '/home/operator', AWS_SECRET_ACCESS_KEY: 'mine' };
  const places = { plan, shell, files: [given], kept, environments: ['production', 'staging'] };
  const shared = { FLY_API_TOKEN: 'shell', CLOUDFLARE_API_TOKEN: 'given' };
  expect(await readSecrets(places)).toEqual({ shared, byEnvironment: { production: { ...shared, JOBS_TOKEN: 'kept "jobs"', COMMAND_ENVIRONMENT: 'A=1\nB=2' }, staging: shared }, found: ['CLOUDFLARE_API_TOKEN', 'COMMAND_ENVIRONMENT', 'FLY_API_TOKEN', 'JOBS_TOKEN'], missing: [] });
  // What a deploy does not find here may lie in AWS: only what a workflow requires is missing.
  expect(await readSecrets({ ...places, shell: {}, environments: ['staging'] })).toMatchObject({ found: ['CLOUDFLARE_API_TOKEN'], missing: [] });
  expect(await readSecrets({ ...places, plan: await planOf('wp-deploy-vps.yml') })).toMatchObject({ found: [], missing: ['WP_SSH_KEY'] });

  writeFileSync(join(folder, 'open.env'), 'A=1\n', { mode: 0o644 });
  await expect(readSecrets({ ...places, files: [join(folder, 'open.env')] })).rejects.toThrow(`can be read by others. Close it:  chmod 600 ${join(folder, 'open.env')}`);
  await expect(readSecrets({ ...places, files: [join(folder, 'none.env')] })).rejects.toThrow('there is no secret file');
});

test('the token is that of the shell, by either name', async () => {
  expect(await operatorsToken({ GITHUB_TOKEN: 'one', GH_TOKEN: 'two' })).toBe('one');
  expect(await operatorsToken({ GH_TOKEN: 'two' })).toBe('two');
});

test.each<[string, string[], number, string]>([
  ['no workflow', [], 2, "missing required argument 'workflow', for example deploy-production"],
  ['ref=develop as an argument', ['deploy-staging', 'ref=develop'], 2, 'error: "ref=develop" is no option. Type:  --ref develop'],
  ['ref=develop as the ref', ['deploy-staging', '--ref', 'ref=develop'], 2, 'Type:  --ref develop'],
  ['ref=develop as an input', ['deploy-staging', '-f', 'ref=ref=develop'], 2, 'Type:  -f ref=develop'],
  ['an argument too many', ['deploy-staging', 'develop'], 2, 'is one argument too many'],
  ['no name=value', ['deploy-staging', '-f', 'storefront'], 2, 'is not name=value'],
  ['an option that there is not', ['deploy-staging', '--force'], 2, "unknown option '--force'"],
  ['no folder', ['deploy-staging', '--repo', '/nowhere'], 2, '--repo /nowhere: there is no such folder'],
  ['--help lists the workflows', ['--help', '--repo', SHOP], 0, 'Workflows here:  deploy-lock, deploy-prod-preview, deploy-production, deploy-staging'],
  ['--help of a workflow lists its inputs', ['deploy-staging', '--help', '--repo', SHOP], 0, '-f storefront=               boolean'],
  ['--help of one that there is not', ['deploy', '--help', '--repo', SHOP], 2, 'there is no workflow "deploy". There is: deploy-lock, '],
])('%s', async (_, args, code, sentence) => {
  const { exitCode, said } = await new Promise<{ exitCode: number; said: string }>((resolve) => {
    execFile(process.execPath, [...MAIN, ...args], (error, stdout, stderr) => resolve({ exitCode: error === null ? 0 : Number(error.code), said: stdout + stderr }));
  });
  expect({ exitCode, said }).toEqual({ exitCode: code, said: expect.stringContaining(sentence) });
  if (code === 2) expect(said.trim().split('\n')).toHaveLength(1);
});
