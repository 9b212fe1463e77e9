import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ShopHistory {
  /** The work tree of the repository, on `main`. */
  readonly directory: string;
  readonly main: string;
  /** @throws when there is no such branch, tag or commit; the message lists the branches */
  resolve(ref: string): Promise<string>;
}

/** Folders that only a used checkout has. */
export const LEFT_BY_USE: readonly string[] = ['node_modules', 'dist', '.nx', '.wrangler'];
/** What is no part of the shop's history. */
const LEFT_OUT = new Set([...LEFT_BY_USE, 'history', '.git']);

/** The shop's repository of a world: made once, then kept with it. Of a shop's own checkout (`repository`) each start takes what has been committed since. */
export async function openHistory(shop: string, directory: string, repository: string | null = null): Promise<ShopHistory> {
  if (repository !== null) await takeHistory(repository, directory);
  else if (!existsSync(join(directory, '.git'))) await makeHistory(shop, directory);
  return readHistory(directory);
}

/** Branches and tags as the checkout has them: what is not committed nobody deploys. Without a `main`, that is what is checked out, as in the twin's GitHub. */
async function takeHistory(repository: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await runGit(directory, ['init', '--quiet', '--initial-branch=main']);
  const fetch = (...refs: string[]): Promise<string> => runGit(directory, ['fetch', '--quiet', '--no-tags', '--update-head-ok', repository, ...refs]);
  await fetch('+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
  if ((await runGit(directory, ['for-each-ref', 'refs/heads/main'])).trim() === '') await fetch('+HEAD:refs/heads/main');
  await runGit(directory, ['reset', '--quiet', '--hard', 'refs/heads/main']);
}

export async function readHistory(directory: string): Promise<ShopHistory> {
  const main = (await runGit(directory, ['rev-parse', 'refs/heads/main'])).trim();
  return {
    directory,
    main,
    resolve: (ref) =>
      runGit(directory, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]).then(
        (said) => said.trim(),
        async () => {
          const branches = (await runGit(directory, ['for-each-ref', '--format=%(refname:short)', 'refs/heads/'])).trim().split('\n');
          throw new Error(`The shop has no branch, tag or commit "${ref}". Its branches: ${branches.join(', ')}.`);
        },
      ),
  };
}

/** Files of a checkout that are not committed as they lie there. */
export async function uncommitted(repository: string): Promise<string[]> {
  const { stdout } = await run('git', ['-C', repository, 'status', '--porcelain', '-z'], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\0').filter((line) => line !== '').map((line) => line.slice(3));
}

/**
 * Makes the example shop's git history: the base plus `1-main` is main~1, `2-main` is main, `3-develop` is ahead of it.
 * Author and dates are fixed, so the same files give the same SHAs on every machine.
 */
async function makeHistory(shop: string, directory: string): Promise<void> {
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await cp(shop, partial, { recursive: true, filter: (source) => !source.slice(shop.length).split(sep).some((part) => LEFT_OUT.has(part)) });
  const git = (...args: string[]): Promise<string> => runGit(partial, args);
  await git('init', '--quiet', '--initial-branch=main');
  for (const [index, overlay] of (await overlays(shop)).entries()) {
    const [, branch = 'main'] = /^\d+-(.+)$/u.exec(overlay) ?? [];
    const from = await readFile(join(shop, 'history', overlay, 'from.txt'), 'utf8').catch(() => 'HEAD');
    if (branch !== 'main') await git('checkout', '--quiet', '-B', branch, from.trim());
    await cp(join(shop, 'history', overlay), partial, { recursive: true, filter: (source) => !/[/\\](?:message|from)\.txt$/u.test(source) });
    await git('add', '--all', '--force', '.');
    const message = await readFile(join(shop, 'history', overlay, 'message.txt'), 'utf8');
    await runGit(partial, ['commit', '--quiet', '--allow-empty', '-m', message.trim()], index);
  }
  await git('checkout', '--quiet', 'main');
  await rename(partial, directory);
}

async function overlays(shop: string): Promise<string[]> {
  return (await readdir(join(shop, 'history'), { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
}

/** Git without the machine's own configuration; the nth commit is made on the nth day, at noon. */
async function runGit(directory: string, args: readonly string[], day = 0): Promise<string> {
  const date = `2026-01-${String(day + 1).padStart(2, '0')}T12:00:00Z`;
  const { stdout } = await run('git', [...args], {
    cwd: directory,
    maxBuffer: 16 * 1024 * 1024,
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Shop',
      GIT_AUTHOR_EMAIL: 'shop@example.com',
      GIT_COMMITTER_NAME: 'Shop',
      GIT_COMMITTER_EMAIL: 'shop@example.com',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    },
  });
  return stdout;
}

/**
 * A work tree of one commit, apart from the repository's own. It is made beside its place and put there whole: a rehearsal that starts at the same time in
 * the same world finds all of it, or nothing.
 */
export async function treeOf(history: ShopHistory, sha: string, directory: string): Promise<string> {
  if (existsSync(directory)) return directory;
  const partial = `${directory}.${randomUUID()}`;
  await mkdir(partial, { recursive: true });
  await run('git', ['clone', '--quiet', '--no-local', '--no-checkout', history.directory, partial]);
  await run('git', ['-C', partial, '-c', 'advice.detachedHead=false', 'checkout', '--quiet', sha]);
  await rename(partial, directory).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  });
  return directory;
}
