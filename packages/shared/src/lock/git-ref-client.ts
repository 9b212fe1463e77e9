import { z } from 'zod';
import type { HttpClient, HttpMethod, HttpResponse, HttpResult } from '../net/index.ts';
import { Secret } from '../secrets/index.ts';

/** `denied`: the token may not; asking again changes nothing. */
type Not = { kind: 'denied'; why: string } | { kind: 'unknown'; why: string };
export type RefReading = { kind: 'present'; sha: string } | { kind: 'absent' } | Not;
export type CommitReading = { kind: 'present'; message: string; tree: string; date: string } | Not;
/** `refused`: the ref was not moved by this request. `unknown`: it may have been, or may yet be. */
export type RefMove = { kind: 'moved' } | { kind: 'refused'; why: string } | Not;
export type Written = { kind: 'written'; sha: string; tree: string } | Not;

/** The few git operations that the lock is made of. None of them throws for what the network or GitHub does. */
export interface GitRefClient {
  readRef(ref: string): Promise<RefReading>;
  readCommit(sha: string): Promise<CommitReading>;
  /** Without a tree: one of a single small file. */
  writeCommit(commit: { message: string; tree: string | null; parents: readonly string[] }): Promise<Written>;
  createRef(ref: string, sha: string): Promise<RefMove>;
  /** Forward only: with a commit whose parent is the head that was read, this is a compare-and-swap. */
  moveRef(ref: string, sha: string): Promise<RefMove>;
  /** Whether the history of `head` has `sha` in it. */
  contains(head: string, sha: string): Promise<'yes' | 'no' | 'unknown'>;
  /** Whether the repository can be read at all: to who may not, GitHub says of every ref that it is not there. */
  readRepository(): Promise<{ kind: 'present' } | Not>;
}

export interface GitRefClientOptions {
  http: HttpClient;
  token: Secret;
  repository: string;
  apiUrl: string;
}

const callMs = 20_000;
const named = z.object({ sha: z.string() });
const refAnswer = z.object({ object: named });
const commitAnswer = z.object({ message: z.string(), tree: named, committer: z.object({ date: z.string() }) });
const comparison = z.object({ status: z.enum(['ahead', 'behind', 'diverged', 'identical']) });
const problem = z.object({ message: z.string() });

/** @see https://docs.github.com/en/rest/git/refs */
export function gitRefClient({ http, token, repository, apiUrl }: GitRefClientOptions): GitRefClient {
  /** Who waits asks the same thing again and again: an answer 304 costs nothing of the token's rate. */
  const seen = new Map<string, { etag: string; sha: string }>();
  const call = (method: HttpMethod, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<HttpResult> => http.request({
    method,
    url: `${apiUrl}/repos/${repository}${path}`,
    headers: { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    deadlineMs: callMs,
    // Objects without a name: to write one twice harms nothing.
    ...(path === '/git/trees' || path === '/git/commits' ? { retry: 'read' as const } : {}),
  });
  const not = (result: HttpResult): Not => notOf(result, repository);
  const moved = (result: HttpResult): RefMove => {
    if (result.kind === 'response' && result.status < 300) return { kind: 'moved' };
    // 422 "Update is not a fast forward" and "Reference already exists", 409: the head is another one.
    if (result.kind === 'response' && (result.status === 422 || result.status === 409)) return { kind: 'refused', why: saidBy(result) };
    return not(result);
  };
  return {
    async readRef(ref) {
      const known = seen.get(ref);
      // Reading says `git/ref/…`, writing `git/refs/…`.
      const result = await call('GET', `/git/${ref.replace(/^refs\//, 'ref/')}`, undefined, known === undefined ? {} : { 'if-none-match': known.etag });
      if (result.kind === 'response' && result.status === 304 && known !== undefined) return { kind: 'present', sha: known.sha };
      if (result.kind === 'response' && result.status === 404) return { kind: 'absent' };
      const answer = read(result, refAnswer);
      if (answer === null || result.kind !== 'response') return not(result);
      const etag = result.headers['etag'];
      if (etag !== undefined) seen.set(ref, { etag, sha: answer.object.sha });
      return { kind: 'present', sha: answer.object.sha };
    },
    async readCommit(sha) {
      const result = await call('GET', `/git/commits/${sha}`);
      const answer = read(result, commitAnswer);
      return answer === null ? not(result) : { kind: 'present', message: answer.message, tree: answer.tree.sha, date: answer.committer.date };
    },
    async writeCommit({ message, tree, parents }) {
      let root = tree;
      if (root === null) {
        const made = await call('POST', '/git/trees', { tree: [{ path: 'README.md', mode: '100644', type: 'blob', content: lockNote }] });
        const answer = read(made, named);
        if (answer === null) return not(made);
        root = answer.sha;
      }
      const result = await call('POST', '/git/commits', { message, tree: root, parents });
      const answer = read(result, named);
      return answer === null ? not(result) : { kind: 'written', sha: answer.sha, tree: root };
    },
    createRef: async (ref, sha) => moved(await call('POST', '/git/refs', { ref, sha })),
    moveRef: async (ref, sha) => moved(await call('PATCH', `/git/${ref}`, { sha, force: false })),
    async contains(head, sha) {
      const result = await call('GET', `/compare/${sha}...${head}?per_page=1`);
      // 404: the two have no history in common, or one of them is gone.
      if (result.kind === 'response' && result.status === 404) return 'no';
      const answer = read(result, comparison);
      if (answer === null) return 'unknown';
      return answer.status === 'ahead' || answer.status === 'identical' ? 'yes' : 'no';
    },
    async readRepository() {
      const result = await call('GET', '');
      return result.kind === 'response' && result.status < 300 ? { kind: 'present' } : not(result);
    },
  };
}

const lockNote = 'The commits of this branch are the history of a deploy lock. Do not delete it, do not force it.\n';

function read<T>(result: HttpResult, shape: z.ZodType<T>): T | null {
  if (result.kind === 'unreachable' || result.status >= 300) return null;
  try {
    return shape.parse(result.json());
  } catch {
    return null;
  }
}

/** 401, 403 and 404 are GitHub's ways to say "no permission". 5xx, a limit of the rate and silence say nothing about what happened. */
function notOf(result: HttpResult, repository: string): Not {
  if (result.kind === 'unreachable') return { kind: 'unknown', why: result.message };
  if (result.status < 300) return { kind: 'unknown', why: `GitHub answered ${result.status} with a body of another shape` };
  const isLimit = result.headers['retry-after'] !== undefined || result.headers['x-ratelimit-remaining'] === '0';
  if ([401, 403, 404].includes(result.status) && !isLimit) return { kind: 'denied', why: `the token may not do that in ${repository}: ${saidBy(result)}. The lock needs \`contents: write\` there` };
  return { kind: 'unknown', why: saidBy(result) };
}

function saidBy(result: HttpResponse): string {
  let message = '';
  try {
    message = problem.parse(result.json()).message;
  } catch { /* the status says enough */ }
  return `GitHub answered ${result.status}${message === '' ? '' : ` (${message})`}`;
}
