import { realpath } from 'node:fs/promises';
import { git, tryGit } from './process.ts';
import { Refusal } from './refusal.ts';

/** The shop's checkout on this machine: it says which repository is meant. What is deployed comes from GitHub. */
export interface Checkout {
  readonly directory: string;
  /** owner/name at GitHub. */
  readonly repository: string;
  /** Files that are not committed. */
  readonly uncommitted: number;
}

/** @throws {Refusal} */
export async function readCheckout(repo: string): Promise<Checkout> {
  const folder = await realpath(repo).catch(() => {
    throw new Refusal(`--repo ${repo}: there is no such folder`);
  });
  const directory = await tryGit(folder, ['rev-parse', '--show-toplevel']);
  if (directory === null) throw new Refusal(`${folder} is no git checkout. Change to the shop's, or name it:  --repo DIR`);
  const url = (await tryGit(directory, ['remote', 'get-url', 'origin'])) ?? '';
  const repository = /github\.com[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/u.exec(url)?.[1];
  if (repository === undefined) throw new Refusal(`${directory} does not come from GitHub (its remote \`origin\` is ${url === '' ? 'not set' : 'elsewhere'}). Set it:  git remote add origin https://github.com/OWNER/NAME.git`);
  const changed = await git(directory, ['status', '--porcelain', '--untracked-files=normal']);
  return { directory, repository, uncommitted: changed === '' ? 0 : changed.split('\n').length };
}

/** What this checkout has of a branch that GitHub does not. @param remote where GitHub has it; null: it does not */
export async function unpushed(directory: string, branch: string, remote: string | null): Promise<number> {
  const own = await tryGit(directory, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]);
  if (own === null || own === remote) return 0;
  const isKnown = remote !== null && (await tryGit(directory, ['cat-file', '-e', `${remote}^{commit}`])) !== null;
  const remotes = (await tryGit(directory, ['for-each-ref', '--count=1', 'refs/remotes/'])) ?? '';
  // Nothing to compare with: what was fetched last says nothing of it.
  if (remote !== null && !isKnown && remotes === '') return 0;
  return Number(await git(directory, ['rev-list', '--count', own, '--not', '--remotes', ...(isKnown && remote !== null ? [remote] : [])]));
}
