import type { Log } from '@vendure-deploy/shared/action';
import { isSha } from '@vendure-deploy/shared/release';
import { processRedactor, Secret } from '@vendure-deploy/shared/secrets';
import { childEnvironment, query, runTool } from '@vendure-deploy/shared/tools';

export interface CommitRequest {
  /** The checkout; of which commit, does not matter. */
  readonly workspace: string;
  /** May read contents; empty when origin asks for none. */
  readonly token: Secret;
  /** `https://github.com`, to which alone the token is sent. */
  readonly serverUrl: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Has each commit in the clone, and fetches just those that it lacks. @returns why one is not to be had, or null */
export async function haveCommits(request: CommitRequest, shas: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, string | null>();
  for (const sha of shas) found.set(sha, !isSha(sha) ? `${JSON.stringify(sha)} is no full SHA` : (await has(request.workspace, sha)) ? null : await fetched(request, sha));
  return found;
}

export type Base = { readonly kind: 'found'; readonly sha: string | null } | { readonly kind: 'unknown'; readonly why: string };

/**
 * The newest commit of the first-parent line that is older than a moment; null when the line begins later. By the commit's time, never by the number in a file's name: most migrations are merged
 * days after it.
 */
export async function commitBefore(request: CommitRequest, target: string, moment: number): Promise<Base> {
  const ask = async (): Promise<string | null> => query('git', ['rev-list', '--first-parent', '--max-count=1', `--before=${Math.floor(moment / 1000)}`, target], request.workspace);
  const before = await ask();
  if (before !== null && before !== '') return { kind: 'found', sha: before };
  if ((await query('git', ['rev-parse', '--is-shallow-repository'], request.workspace)) !== 'true') return before === null ? { kind: 'unknown', why: 'git cannot read the history' } : { kind: 'found', sha: null };
  const why = await git(request, ['fetch', '--quiet', '--no-tags', `--depth=${DEEPEST}`, 'origin', target]);
  const deeper = why === null ? await ask() : null;
  if (deeper !== null && deeper !== '') return { kind: 'found', sha: deeper };
  if (why === null && (await query('git', ['rev-parse', '--is-shallow-repository'], request.workspace)) === 'false') return { kind: 'found', sha: null };
  return { kind: 'unknown', why: `the clone is too shallow to tell which commit is older than 24 hours${why === null ? ` (${DEEPEST} commits were fetched)` : `: ${why}`}; check out with fetch-depth: 0` };
}

/** More than a busy team merges in a day. */
const DEEPEST = 200;
const FETCH_MS = 120_000;

async function has(workspace: string, sha: string): Promise<boolean> {
  return (await query('git', ['cat-file', '-e', `${sha}^{commit}`], workspace)) !== null;
}

async function fetched(request: CommitRequest, sha: string): Promise<string | null> {
  request.log.info(`The clone lacks ${sha}; fetching just that commit from origin`);
  const why = await git(request, ['fetch', '--quiet', '--no-tags', '--depth=1', 'origin', sha]);
  if (why === null) return (await has(request.workspace, sha)) ? null : `origin gave something else for ${sha}`;
  if (/not our ref|unadvertised object|couldn't find remote ref|no such remote ref/iu.test(why)) return `${sha} is no longer at origin: it was force-pushed away, or its branch is deleted`;
  return `git could not fetch ${sha} from origin (needed: the remote \`origin\`, and a token with \`contents: read\`): ${why}`;
}

/** @returns null when git says that it is done, else its last words */
async function git(request: CommitRequest, args: readonly string[]): Promise<string | null> {
  const { workspace, signal, log } = request;
  const environment = { ...childEnvironment({ GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }), ...authorised(request) };
  const { exitCode, timedOut, stderr } = await runTool({ command: 'git', args, cwd: workspace, environment, deadlineMs: FETCH_MS, signal, log, quiet: true });
  if (timedOut) return `no answer within ${FETCH_MS / 1000} s`;
  return exitCode === 0 ? null : (stderr.trim().split('\n').at(-1) ?? '');
}

/** As actions/checkout does it, but for one command and through its environment: argv can be read by every process. @see https://git-scm.com/docs/git-config#ENVIRONMENT */
function authorised({ token, serverUrl }: CommitRequest): Record<string, string | Secret> {
  if (token.isEmpty) return {};
  const basic = Buffer.from(`x-access-token:${token.reveal()}`).toString('base64');
  processRedactor.register(basic);
  const key = `http.${new URL(serverUrl).origin}/.extraheader`;
  // An empty value takes away what a checkout that keeps its credentials has set: GitHub refuses two such headers.
  return { GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: '', GIT_CONFIG_KEY_1: key, GIT_CONFIG_VALUE_1: new Secret(`AUTHORIZATION: basic ${basic}`) };
}
