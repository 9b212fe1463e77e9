import type { HttpClient } from '@vendure-deploy/shared/net';
import { githubRuns } from '@vendure-deploy/shared/providers/github';
import { Secret } from '@vendure-deploy/shared/secrets';
import { z } from 'zod';

export interface Github {
  readonly http: HttpClient;
  readonly token: Secret;
  readonly apiUrl: string;
  readonly repository: string;
}

export interface LastDeploy {
  readonly sha: string;
  readonly state: string;
  readonly description: string;
  /** When it had ended, RFC 3339. */
  readonly at: string;
  readonly url: string;
  /** From the run's start to its report; null where the run is not known any more. */
  readonly seconds: number | null;
}

export type Deploys =
  /** `previousSha`: the last commit before that one whose deploy succeeded; '' when there is none. */
  | { readonly kind: 'read'; readonly last: LastDeploy | null; readonly previousSha: string }
  | { readonly kind: 'unknown'; readonly why: string };

const deployments = z.array(z.object({ id: z.number(), sha: z.string(), payload: z.unknown() }));
const statuses = z.array(z.object({ state: z.string(), description: z.string().nullish(), created_at: z.string(), log_url: z.string().nullish() }));
const payload = z.object({ 'run-id': z.number() });

// Of the newest first: enough to find the release before among retries of the last.
const MOST = 10;
const CALL_MS = 20_000;

/** @see https://docs.github.com/en/rest/deployments/deployments */
export async function readDeploys(environment: string, github: Github): Promise<Deploys> {
  const listed = await get(github, `deployments?environment=${encodeURIComponent(environment)}&task=deploy&per_page=${MOST}`, deployments);
  if ('why' in listed) return { kind: 'unknown', why: listed.why };
  const entries = await Promise.all(listed.value.slice(0, MOST).map(async (one) => ({ ...one, statuses: await get(github, `deployments/${one.id}/statuses?per_page=1`, statuses) })));
  const ended = entries.flatMap(({ statuses: read, ...one }) => ('value' in read && read.value[0] !== undefined ? [{ ...one, status: read.value[0] }] : []));
  const [last] = ended;
  if (last === undefined) return { kind: 'read', last: null, previousSha: '' };
  const { sha, status } = last;
  const seconds = await secondsOf(github, last.payload, status.created_at);
  const previous = ended.find((one) => one.status.state === 'success' && one.sha !== sha)?.sha ?? '';
  return { kind: 'read', last: { sha, state: status.state, description: status.description ?? '', at: status.created_at, url: status.log_url ?? '', seconds }, previousSha: previous };
}

async function secondsOf(github: Github, given: unknown, endedAt: string): Promise<number | null> {
  const id = payload.safeParse(typeof given === 'string' ? parsed(given) : given).data?.['run-id'];
  // A run that is not known any more leaves the time unknown, and the rest told.
  const run = id === undefined ? null : await githubRuns(github).run(github.repository, id).catch(() => null);
  return run === null ? null : (Date.parse(endedAt) - run.startedAt) / 1000;
}

async function get<T>({ http, token, apiUrl, repository }: Github, path: string, shape: z.ZodType<T>): Promise<{ readonly value: T } | { readonly why: string }> {
  const headers = { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
  const answer = await http.request({ method: 'GET', url: `${apiUrl}/repos/${repository}/${path}`, headers, deadlineMs: CALL_MS });
  if (answer.kind === 'unreachable') return { why: answer.message };
  const read = answer.status < 300 ? shape.safeParse(parsed(answer.text())) : null;
  return read?.success === true ? { value: read.data } : { why: `GitHub answered ${answer.status} for the deployments of ${repository}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
