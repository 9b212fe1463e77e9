import { mkdir, realpath } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { git, tryGit } from './git.ts';

/** A repository as the run sees it: one commit of it, and a git that `actions/checkout` can fetch from. */
export interface Repository {
  readonly name: string;
  /** The files of the commit. */
  readonly directory: string;
  readonly sha: string;
  readonly ref: string;
  readonly defaultBranch: string;
  /** A copy of its git: the run never writes to the operator's own. */
  readonly origin: string;
  /** What is not committed runs as well. */
  readonly dirty: boolean;
  /** Another commit of it. */
  at(ref: string): Promise<{ directory: string; sha: string }>;
}

const IDENTITY = { GIT_AUTHOR_NAME: 'runner', GIT_AUTHOR_EMAIL: 'runner@localhost', GIT_COMMITTER_NAME: 'runner', GIT_COMMITTER_EMAIL: 'runner@localhost' };

interface Opening {
  readonly folder: string;
  readonly ref: string | null;
  readonly work: string;
  /** Folders of this run that may lie in the repository, and are no part of it. */
  readonly ignore: readonly string[];
}

/** @throws a sentence for the operator */
export async function openRepository({ folder, ref, work, ignore }: Opening): Promise<Repository> {
  const directory = await realpath(folder).catch(() => {
    throw new Error(`--repo ${folder}: no such folder`);
  });
  const top = await tryGit(directory, ['rev-parse', '--show-toplevel']);
  const isGit = top === directory && (await tryGit(directory, ['rev-parse', '--verify', 'HEAD'])) !== null;
  if (!isGit && ref !== null) throw new Error(`--ref ${ref}: ${folder} is no git repository with a commit`);
  const origin = join(work, '_origin');
  await git(work, isGit ? ['clone', '--quiet', '--mirror', directory, origin] : ['init', '--quiet', '--bare', origin]);
  // A run's commit need not be the tip of a branch.
  await git(origin, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  const branch = (isGit ? await tryGit(directory, ['symbolic-ref', '--short', 'HEAD']) : null) ?? 'main';
  const chosen = ref === null ? await asItLies(directory, origin, { isGit, branch, work, ignore }) : { ...(await resolved(origin, ref)), dirty: false };
  const places = new Map<string, Promise<string>>();
  const filesOf = (sha: string): Promise<string> => {
    const known = places.get(sha) ?? files(origin, sha, join(work, '_source', sha));
    places.set(sha, known);
    return known;
  };
  return {
    name: (await nameOf(directory, isGit)) ?? `local/${basename(directory)}`,
    directory: await filesOf(chosen.sha),
    sha: chosen.sha,
    ref: chosen.ref,
    dirty: chosen.dirty,
    defaultBranch: (await tryGit(directory, ['symbolic-ref', '--short', 'refs/remotes/origin/HEAD']))?.replace('origin/', '') ?? (await usual(origin)) ?? branch,
    origin,
    at: async (other) => {
      const { sha } = await resolved(origin, other);
      return { sha, directory: await filesOf(sha) };
    },
  };
}

interface Lying {
  readonly isGit: boolean;
  readonly branch: string;
  readonly work: string;
  readonly ignore: readonly string[];
}

/** The working tree with what is not committed, as a commit of the copy; the head itself where nothing differs. */
async function asItLies(directory: string, origin: string, { isGit, branch, work, ignore }: Lying): Promise<{ sha: string; ref: string; dirty: boolean }> {
  const ref = `refs/heads/${branch}`;
  const outside = ignore.map((place) => relative(directory, resolve(place))).filter((place) => place !== '' && !place.startsWith('..'));
  const paths = ['--', '.', ...outside.map((place) => `:(exclude)${place}`)];
  const head = isGit ? await git(directory, ['rev-parse', 'HEAD']) : null;
  const changed = head === null || (await git(directory, ['status', '--porcelain', '--untracked-files=all', ...paths])) !== '';
  if (head !== null && !changed) {
    await git(origin, ['update-ref', ref, head]);
    return { sha: head, ref, dirty: false };
  }
  const environment = { ...IDENTITY, GIT_DIR: origin, GIT_WORK_TREE: directory, GIT_INDEX_FILE: join(work, '_index') };
  if (head !== null) await git(directory, ['read-tree', head], environment);
  await git(directory, ['-c', 'core.bare=false', '-c', 'safe.directory=*', 'add', '--all', ...paths], environment);
  const tree = await git(directory, ['write-tree'], environment);
  const sha = await git(directory, ['commit-tree', tree, '-m', 'The working tree as it lies', ...(head === null ? [] : ['-p', head])], environment);
  await git(origin, ['update-ref', ref, sha]);
  return { sha, ref, dirty: head !== null };
}

async function resolved(origin: string, ref: string): Promise<{ sha: string; ref: string }> {
  for (const full of [ref, `refs/heads/${ref}`, `refs/tags/${ref}`, `refs/remotes/origin/${ref}`].filter((one) => one.startsWith('refs/'))) {
    const sha = await tryGit(origin, ['rev-parse', '--verify', '--quiet', `${full}^{commit}`]);
    if (sha !== null) return { sha, ref: full.replace('refs/remotes/origin/', 'refs/heads/') };
  }
  const sha = /^[0-9a-f]{4,40}$/u.test(ref) ? await tryGit(origin, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]) : null;
  if (sha === null) throw new Error(`The repository has no branch, tag or commit "${ref}"`);
  const branch = (await git(origin, ['for-each-ref', '--contains', sha, '--format=%(refname)', 'refs/heads/'])).split('\n')[0] ?? '';
  return { sha, ref: branch === '' ? 'refs/heads/main' : branch };
}

async function files(origin: string, sha: string, place: string): Promise<string> {
  await mkdir(join(place, '..'), { recursive: true });
  await git(origin, ['worktree', 'add', '--quiet', '--detach', place, sha]);
  return place;
}

async function nameOf(directory: string, isGit: boolean): Promise<string | null> {
  const url = isGit ? await tryGit(directory, ['config', '--get', 'remote.origin.url']) : null;
  return /github\.com[:/]([^/]+\/[^/]+?)(?:\.git)?$/u.exec(url ?? '')?.[1] ?? null;
}

async function usual(origin: string): Promise<string | null> {
  for (const name of ['main', 'master']) if ((await tryGit(origin, ['rev-parse', '--verify', '--quiet', `refs/heads/${name}`])) !== null) return name;
  return null;
}
