import { z } from 'zod';
import type { HttpClient, HttpMethod, HttpResult } from '../net/index.ts';
import { Secret } from '../secrets/index.ts';

export type RefReading = { kind: 'present'; sha: string } | { kind: 'absent' } | { kind: 'unknown'; why: string };
export type CommitReading = { kind: 'present'; message: string; tree: string } | { kind: 'unknown'; why: string };
/** `refused`: the ref was not moved by this request. `unknown`: it may have been, or may yet be. */
export type RefMove = { kind: 'moved' } | { kind: 'refused'; why: string } | { kind: 'unknown'; why: string };
export type Written = { kind: 'written'; sha: string } | { kind: 'unknown'; why: string };

/** The few git operations that the lock is made of. None of them throws for what the network or GitHub does. */
export interface GitRefClient {
  readRef(ref: string): Promise<RefReading>;
  readCommit(sha: string): Promise<CommitReading>;
  /** Without a tree: one of a single small file. */
  writeCommit(commit: { message: string; tree: string | null; parents: readonly string[] }): Promise<Written>;
  createRef(ref: string, sha: string): Promise<RefMove>;
  /** Forward only: with a commit whose parent is the head that was read, this is a compare-and-swap. */
  moveRef(ref: string, sha: string): Promise<RefMove>;
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
const commitAnswer = z.object({ message: z.string(), tree: named });
const problem = z.object({ message: z.string() });

/** @see https://docs.github.com/en/rest/git/refs */
export function gitRefClient({ http, token, repository, apiUrl }: GitRefClientOptions): GitRefClient {
  const call = (method: HttpMethod, path: string, body?: unknown): Promise<HttpResult> => http.request({
    method,
    url: `${apiUrl}/repos/${repository}/git/${path}`,
    headers: { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    deadlineMs: callMs,
    // Objects without a name: to write one twice harms nothing.
    ...(path === 'trees' || path === 'commits' ? { retry: 'read' as const } : {}),
  });
  const create = async (path: string, body: unknown): Promise<Written> => {
    const answer = read(await call('POST', path, body), named);
    return 'value' in answer ? { kind: 'written', sha: answer.value.sha } : { kind: 'unknown', why: answer.why };
  };
  return {
    async readRef(ref) {
      // Reading says `git/ref/…`, writing `git/refs/…`.
      const result = await call('GET', ref.replace(/^refs\//, 'ref/'));
      if (result.kind === 'response' && result.status === 404) return { kind: 'absent' };
      const answer = read(result, refAnswer);
      return 'value' in answer ? { kind: 'present', sha: answer.value.object.sha } : { kind: 'unknown', why: answer.why };
    },
    async readCommit(sha) {
      const answer = read(await call('GET', `commits/${sha}`), commitAnswer);
      return 'value' in answer ? { kind: 'present', message: answer.value.message, tree: answer.value.tree.sha } : { kind: 'unknown', why: answer.why };
    },
    async writeCommit({ message, tree, parents }) {
      const root = tree === null ? await create('trees', { tree: [{ path: 'README.md', mode: '100644', type: 'blob', content: lockNote }] }) : { kind: 'written' as const, sha: tree };
      return root.kind === 'unknown' ? root : create('commits', { message, tree: root.sha, parents });
    },
    createRef: async (ref, sha) => moved(await call('POST', 'refs', { ref, sha })),
    moveRef: async (ref, sha) => moved(await call('PATCH', ref, { sha, force: false })),
  };
}

const lockNote = 'The commits of this branch are the history of a deploy lock. Do not delete it, do not force it.\n';

function read<T>(result: HttpResult, shape: z.ZodType<T>): { value: T } | { why: string } {
  if (result.kind === 'unreachable') return { why: result.message };
  if (result.status >= 300) return { why: refusal(result) };
  try {
    return { value: shape.parse(result.json()) };
  } catch {
    return { why: `GitHub answered ${result.status} with a body of another shape` };
  }
}

/** 403 and 404 mean "no permission": nothing was written. 5xx and silence say nothing about what happened. */
function moved(result: HttpResult): RefMove {
  if (result.kind === 'unreachable') return { kind: 'unknown', why: result.message };
  if (result.status < 300) return { kind: 'moved' };
  return { kind: result.status < 500 && result.status !== 408 ? 'refused' : 'unknown', why: refusal(result) };
}

function refusal(result: HttpResult & { kind: 'response' }): string {
  let message = '';
  try {
    message = problem.parse(result.json()).message;
  } catch { /* the status says enough */ }
  return `GitHub answered ${result.status}${message === '' ? '' : ` (${message})`}`;
}
