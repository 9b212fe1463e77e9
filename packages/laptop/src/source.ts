import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { gitEnvironment } from '@vendure-deploy/runner';
import { type Checkout, unpushed } from './checkout.ts';
import { git, tryGit } from './process.ts';
import { Refusal } from './refusal.ts';

/** What of GitHub's repository runs. */
export interface Source {
  /** The commit of the workflow, and its files. */
  readonly sha: string;
  readonly directory: string;
  readonly ref: string;
  readonly defaultBranch: string;
  /** Asked for as a commit: what the workflow is to deploy. */
  readonly commit: string | null;
  /** What the operator should know of it. */
  readonly remarks: readonly string[];
}

export interface Fetching {
  readonly token: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly work: string;
}

/** The workflow's commit as GitHub has it: what lies here, and is not there, does not run. @throws {Refusal} */
export async function readSource({ directory, repository, uncommitted }: Checkout, wanted: string | null, fetching: Fetching): Promise<Source> {
  const refs = await refsOf(repository, fetching);
  const remarks = uncommitted === 0 ? [] : [`${counted(uncommitted, 'file')} here ${uncommitted === 1 ? 'is' : 'are'} not committed; what is deployed is the commit`];
  const name = wanted ?? refs.defaultBranch;
  const [branch, tag] = [refs.branches.get(name), refs.tags.get(name)];
  const tip = refs.branches.get(refs.defaultBranch) ?? '';
  if (branch === undefined && tag === undefined) {
    const commit = await commitOf(directory, repository, name, [...refs.branches.keys()]);
    if (!(await has(repository, commit, fetching))) throw new Refusal(`GitHub's ${repository} has no commit ${commit}. Push it first:  git push origin ${commit.slice(0, 12)}:refs/heads/BRANCH`);
    return { sha: tip, directory: await filesOf(repository, tip, fetching), ref: `refs/heads/${refs.defaultBranch}`, defaultBranch: refs.defaultBranch, commit, remarks };
  }
  const ahead = branch === undefined ? 0 : await unpushed(directory, name, branch);
  if (ahead > 0) throw new Refusal(`${counted(ahead, 'commit')} of ${name} ${ahead === 1 ? 'is' : 'are'} here and not at GitHub. Push:  git push origin ${name}   or deploy what GitHub has:  --ref ${branch ?? ''}`);
  const sha = branch ?? tag ?? '';
  const own = await tryGit(directory, ['rev-parse', '--verify', '--quiet', `refs/heads/${name}`]);
  const older = own === null || own === sha ? [] : [`GitHub's ${name} (${sha.slice(0, 7)}) is newer than this checkout's (${own.slice(0, 7)}); GitHub's is deployed`];
  return { sha, directory: await filesOf(repository, sha, fetching), ref: `refs/${branch === undefined ? 'tags' : 'heads'}/${name}`, defaultBranch: refs.defaultBranch, commit: null, remarks: [...remarks, ...older] };
}

/** A repository that a workflow calls: this suite's own checkout where it is that very commit. @throws {Error} whose message is the end of a sentence */
export async function readCalled(repository: string, ref: string, suite: string, fetching: Fetching, say: (remark: string) => void): Promise<{ directory: string; sha: string }> {
  const refs = await refsOf(repository, fetching);
  const sha = refs.branches.get(ref) ?? refs.tags.get(ref) ?? (/^[0-9a-f]{40}$/u.test(ref) ? ref : null);
  if (sha === null) throw new Error(`GitHub's ${repository} has no branch or tag "${ref}"`);
  if ((await tryGit(suite, ['rev-parse', 'HEAD'])) !== sha) return { directory: await filesOf(repository, sha, fetching), sha };
  if ((await tryGit(suite, ['status', '--porcelain', '--untracked-files=no'])) !== '') say(`${repository}@${ref} is this checkout of the suite, and what is changed in it runs as well`);
  return { directory: suite, sha };
}

interface Refs {
  readonly defaultBranch: string;
  readonly branches: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

async function refsOf(repository: string, { token, environment, work }: Fetching): Promise<Refs> {
  const text = await git(work, ['ls-remote', '--symref', urlOf(repository), 'HEAD', 'refs/heads/*', 'refs/tags/*'], gitEnvironment(environment, token)).catch((error: unknown) => {
    throw new Refusal(`GitHub's ${repository} cannot be read: ${lastLine(error)}. Is the token allowed to?  gh auth status`);
  });
  const branches = new Map<string, string>();
  const tags = new Map<string, string>();
  let defaultBranch = 'main';
  for (const line of text.split('\n')) {
    const [value = '', name = ''] = line.split('\t');
    if (value.startsWith('ref: ') && name === 'HEAD') defaultBranch = value.slice('ref: refs/heads/'.length);
    if (name.startsWith('refs/heads/')) branches.set(name.slice('refs/heads/'.length), value);
    // A tag with a message is an object of its own: the line with ^{} comes after it, and names the commit.
    if (name.startsWith('refs/tags/')) tags.set(name.slice('refs/tags/'.length).replace(/\^\{\}$/u, ''), value);
  }
  return { defaultBranch, branches, tags };
}

async function commitOf(directory: string, repository: string, name: string, branches: readonly string[]): Promise<string> {
  if (/^[0-9a-f]{40}$/u.test(name)) return name;
  const isShort = /^[0-9a-f]{7,39}$/u.test(name);
  const full = isShort ? await tryGit(directory, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]) : null;
  if (full !== null) return full;
  if (isShort) throw new Refusal(`this checkout does not know the commit ${name}. Give all 40 digits of it`);
  if ((await tryGit(directory, ['rev-parse', '--verify', '--quiet', `refs/heads/${name}`])) !== null) throw new Refusal(`the branch ${name} is here and not at GitHub. Push it:  git push origin ${name}`);
  const shown = branches.filter((one) => !one.startsWith('deploy-lock/'));
  throw new Refusal(`GitHub's ${repository} has no branch, tag or commit "${name}". Its branches: ${shown.slice(0, 20).join(', ')}${shown.length > 20 ? ', …' : ''}`);
}

async function has(repository: string, sha: string, { token, environment, work }: Fetching): Promise<boolean> {
  const place = await mkdtemp(join(work, '_asked-'));
  await git(place, ['init', '--quiet', '--bare']);
  return (await tryGit(place, ['fetch', '--quiet', '--depth=1', '--filter=tree:0', urlOf(repository), sha], gitEnvironment(environment, token))) !== null;
}

async function filesOf(repository: string, sha: string, { token, environment, work }: Fetching): Promise<string> {
  const place = join(work, '_source', repository, sha);
  await mkdir(place, { recursive: true });
  await git(place, ['init', '--quiet']);
  await git(place, ['fetch', '--quiet', '--depth=1', urlOf(repository), sha], gitEnvironment(environment, token)).catch((error: unknown) => {
    throw new Refusal(`the commit ${sha} of ${repository} could not be fetched: ${lastLine(error)}`);
  });
  await git(place, ['-c', 'advice.detachedHead=false', 'checkout', '--quiet', '--detach', 'FETCH_HEAD']);
  return place;
}

function urlOf(repository: string): string {
  return `https://github.com/${repository}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function lastLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? '';
}
