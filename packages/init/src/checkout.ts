import { execFile } from 'node:child_process';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '@vendure-deploy/shared/action';

const run = promisify(execFile);
/** No file that is read here is nearly as large. */
const MOST_BYTES = 1024 * 1024;

/** The shop's checkout: what git would commit of it, and nothing beyond its root. */
export interface Checkout {
  readonly root: string;
  /** Paths from the root, sorted: what git knows, and what it would take. */
  readonly files: readonly string[];
  /** owner/name of the remote `origin`; null: none, or elsewhere. */
  readonly repository: string | null;
  /** As `origin` says; null: it has not been asked. */
  readonly defaultBranch: string | null;
  /** What had to be left unread, each in a sentence. */
  readonly leftOut: readonly string[];
  /** null: there is no such file. */
  read(path: string): Promise<string | null>;
  /** Files that are not committed as they lie there. */
  uncommitted(): Promise<readonly string[]>;
  /** The branch that is checked out, where `main` has not all of that folder as it has it; null: it has, or there is no other branch. A rehearsal takes `main`. */
  branchBeforeMain(folder: string): Promise<string | null>;
}

/** @throws {UserError} when the folder is no checkout */
export async function openCheckout(folder: string): Promise<Checkout> {
  const there = await realpath(folder).catch(() => null);
  if (there === null) throw new UserError(`--repo ${folder}: there is no such folder.`);
  const root = await git(there, ['rev-parse', '--show-toplevel']).catch(() => null);
  if (root === null) throw new UserError(`${there} is no git checkout. Change to the shop's, or name it:  --repo DIR`);
  const listed = (await git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])).split('\0').filter((file) => file !== '');
  const files = [...new Set(listed)].sort();
  const leftOut: string[] = [];

  async function read(path: string): Promise<string | null> {
    const place = await realpath(join(root ?? there ?? '', path)).catch(() => null);
    if (place === null) return null;
    if (!place.startsWith(`${root}${sep}`)) return leave(`${path} is a link that leads out of the checkout: it was not read.`);
    const { size, isFile } = await stat(place).then((status) => ({ size: status.size, isFile: status.isFile() }));
    if (!isFile) return null;
    return size > MOST_BYTES ? leave(`${path} is larger than 1 MiB: it was not read.`) : readFile(place, 'utf8');
  }

  function leave(why: string): null {
    if (!leftOut.includes(why)) leftOut.push(why);
    return null;
  }

  return {
    root,
    files,
    repository: /github\.com[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/u.exec(await git(root, ['remote', 'get-url', 'origin']).catch(() => ''))?.[1] ?? null,
    defaultBranch: /^refs\/remotes\/origin\/(.+)$/u.exec(await git(root, ['symbolic-ref', 'refs/remotes/origin/HEAD']).catch(() => ''))?.[1] ?? null,
    leftOut,
    read,
    branchBeforeMain: async (folder) => {
      const [branch, own, main] = await Promise.all([['rev-parse', '--abbrev-ref', 'HEAD'], ['rev-parse', '--verify', '--quiet', `HEAD:${folder}`], ['rev-parse', '--verify', '--quiet', 'refs/heads/main^{commit}']].map((asked) => git(root, asked).catch(() => '')));
      const theirs = await git(root, ['rev-parse', '--verify', '--quiet', `refs/heads/main:${folder}`]).catch(() => '');
      if (branch === undefined || branch === 'main' || main === '' || own === theirs) return null;
      // Nothing has a name where no branch is checked out.
      return branch === 'HEAD' ? git(root, ['rev-parse', 'HEAD']) : branch;
    },
    uncommitted: async () => (await git(root, ['status', '--porcelain', '-z', '--untracked-files=all'])).split('\0').filter((line) => line !== '').map((line) => line.slice(3)),
  };
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', folder, ...args], { env: { ...process.env, GIT_TERMINAL_PROMPT: '0' }, maxBuffer: 64 * 1024 * 1024 });
  return stdout.replace(/\n$/u, '');
}
