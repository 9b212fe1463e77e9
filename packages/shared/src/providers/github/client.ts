import { z } from 'zod';
import type { HttpClient } from '../../net/index.ts';
import { Secret } from '../../secrets/index.ts';
import { codeOfStatus, ProviderError } from '../error.ts';

export interface GitHubClientOptions {
  http: HttpClient;
  token: Secret;
  apiUrl: string;
  /** For one call with its retries, in milliseconds; default 20 s. */
  deadlineMs?: number;
}

export type RunStatus = { kind: 'active' } | { kind: 'completed'; conclusion: string } | { kind: 'unknown'; why: string };

/** Typed reads. All throw ProviderError, save where the answer says `unknown`. */
export interface GitHubClient {
  defaultBranch(repository: string): Promise<string>;
  /** All that a name could mean; who asks decides. `refs/heads/x` and `refs/tags/x` mean one thing. */
  candidates(repository: string, name: string): Promise<Candidates>;
  /** How `head` stands to `base`: `behind` means that base contains it. */
  compare(repository: string, base: string, head: string): Promise<Comparison['status']>;
  /** The same, with what the commits between the two touched. */
  comparison(repository: string, base: string, head: string): Promise<Comparison>;
  runStatus(repository: string, runId: number, attempt: number): Promise<RunStatus>;
}

/** The commit that each meaning of a name leads to; null: there is none of that kind. */
export interface Candidates {
  readonly branch: string | null;
  readonly tag: string | null;
  /** Of a SHA, whole or its first digits. */
  readonly commit: string | null;
}

export interface Comparison {
  readonly status: 'ahead' | 'behind' | 'diverged' | 'identical';
  readonly files: readonly ChangedFile[];
  /** GitHub lists 300 files at most: false when it may have left some out. */
  readonly complete: boolean;
  /** What `head` has and `base` has not, the oldest first; GitHub lists 250 at most. */
  readonly commits: readonly ComparedCommit[];
  /** How many there are, listed or not. */
  readonly total: number;
}

export interface ComparedCommit {
  readonly sha: string;
  /** The first line of its message. */
  readonly subject: string;
  readonly author: string;
  /** That it was merged by, as its subject says; null: it says none. */
  readonly pullRequest: number | null;
}

export interface ChangedFile {
  readonly path: string;
  readonly status: string;
}

const callMs = 20_000;
const commit = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const target = z.object({ object: z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/), type: z.string() }) });
const repositoryAnswer = z.object({ default_branch: z.string().min(1) });
const comparisonStatus = z.object({ status: z.enum(['ahead', 'behind', 'diverged', 'identical']) });
const compared = z.object({ sha: z.string(), author: z.object({ login: z.string() }).nullish(), commit: z.object({ message: z.string(), author: z.object({ name: z.string() }).nullish() }) });
const wholeComparison = comparisonStatus.extend({ commits: z.array(compared).default([]), total_commits: z.number().default(0), files: z.array(z.object({ filename: z.string(), status: z.string() })).default([]) });
// https://docs.github.com/en/rest/commits/commits#compare-two-commits
const MOST_FILES = 300;
const run = z.object({ status: z.string(), conclusion: z.string().nullable() });

export function githubClient({ http, token, apiUrl, deadlineMs = callMs }: GitHubClientOptions): GitHubClient {
  return { defaultBranch: async (repository) => (await required(`repos/${repository}`, repositoryAnswer)).default_branch, candidates, compare, comparison, runStatus };

  async function candidates(repository: string, name: string): Promise<Candidates> {
    const [, kind, short = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(name) ?? [];
    const [branch, tag, found] = await Promise.all([
      kind === 'tags' ? null : branchOf(repository, kind === undefined ? name : short),
      kind === 'heads' ? null : tagOf(repository, kind === undefined ? name : short),
      kind === undefined ? commitOf(repository, name) : null,
    ]);
    return { branch, tag, commit: found };
  }

  async function branchOf(repository: string, name: string): Promise<string | null> {
    return (await get(`repos/${repository}/git/ref/heads/${inPath(name)}`, target))?.object.sha ?? null;
  }

  async function tagOf(repository: string, name: string): Promise<string | null> {
    const tag = await get(`repos/${repository}/git/ref/tags/${inPath(name)}`, target);
    return tag === null ? null : commitOfTag(repository, tag.object);
  }

  /** GitHub makes a commit of its first digits, too, where no branch or tag is called so and just one commit begins so; else it says 422. */
  async function commitOf(repository: string, name: string): Promise<string | null> {
    const digits = name.toLowerCase();
    if (/^[0-9a-f]{40}$/.test(digits)) return (await get(`repos/${repository}/git/commits/${digits}`, commit))?.sha ?? null;
    if (!/^[0-9a-f]{4,39}$/.test(digits)) return null;
    const found = await get(`repos/${repository}/commits/${digits}`, commit, [404, 422]);
    return found?.sha.startsWith(digits) === true ? found.sha : null;
  }

  /** An annotated tag names a tag object, and that may name another one. */
  async function commitOfTag(repository: string, object: { sha: string; type: string }): Promise<string> {
    let at = object;
    for (let depth = 0; at.type === 'tag' && depth < 5; depth += 1) at = (await required(`repos/${repository}/git/tags/${at.sha}`, target)).object;
    if (at.type !== 'commit') throw new ProviderError('unexpected-answer', `the tag names a ${at.type}, not a commit`);
    return at.sha;
  }

  async function compare(repository: string, base: string, head: string): Promise<Comparison['status']> {
    return (await required(`repos/${repository}/compare/${inPath(base)}...${inPath(head)}?per_page=1`, comparisonStatus)).status;
  }

  async function comparison(repository: string, base: string, head: string): Promise<Comparison> {
    const { status, files, commits, total_commits: total } = await required(`repos/${repository}/compare/${inPath(base)}...${inPath(head)}`, wholeComparison);
    return { status, files: files.map(({ filename, status }) => ({ path: filename, status })), complete: files.length < MOST_FILES, commits: commits.map(comparedCommit), total };
  }

  async function runStatus(repository: string, runId: number, attempt: number): Promise<RunStatus> {
    try {
      const found = await get(`repos/${repository}/actions/runs/${runId}/attempts/${attempt}`, run);
      if (found === null) return { kind: 'unknown', why: 'GitHub knows no such run, or the token lacks `actions: read`' };
      return found.status === 'completed' ? { kind: 'completed', conclusion: found.conclusion ?? 'none' } : { kind: 'active' };
    } catch (error) {
      return { kind: 'unknown', why: error instanceof Error ? error.message : 'GitHub gave no answer' };
    }
  }

  async function required<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    const found = await get(path, shape);
    if (found === null) throw new ProviderError('not-found', `GitHub answered 404 for ${path}`);
    return found;
  }

  async function get<T>(path: string, shape: z.ZodType<T>, absent: readonly number[] = [404]): Promise<T | null> {
    const result = await http.request({
      method: 'GET',
      url: `${apiUrl}/${path}`,
      headers: { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      deadlineMs,
    });
    if (result.kind === 'unreachable') throw new ProviderError('unavailable', result.message);
    if (absent.includes(result.status)) return null;
    if (result.status >= 300) throw new ProviderError(codeOfStatus(result.status), `GitHub answered ${result.status} for ${path}`);
    try {
      return shape.parse(result.json());
    } catch {
      throw new ProviderError('unexpected-answer', `GitHub answered ${path} in another shape`);
    }
  }
}

/** A branch may contain `/`, which stays; what would end the path does not. */
function inPath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** A merge says "Merge pull request #12 from …", a squash ends with "(#12)". */
function comparedCommit({ sha, author, commit: { message, author: by } }: z.infer<typeof compared>): ComparedCommit {
  const subject = message.split('\n', 1)[0] ?? '';
  const number = /^Merge pull request #(\d+) |\(#(\d+)\)$/u.exec(subject);
  return { sha, subject, author: author?.login ?? by?.name ?? '', pullRequest: number === null ? null : Number(number[1] ?? number[2]) };
}
