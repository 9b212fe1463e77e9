import { z } from 'zod';
import type { Clock } from '../action/index.ts';
import { shortSha } from '../release/index.ts';
import { Secret } from '../secrets/index.ts';
import { type Answer, ask, jsonOf, placeOf, type Reach } from './reach.ts';
import type { Reading } from './types.ts';

/** The shop's answers about its job queue (docs/shop-contract.md). */
export interface Jobs {
  readonly url: string;
  readonly token: Secret;
  readonly reach: Reach;
  readonly clock: Clock;
  /** Longest time from the job's making to its end. */
  readonly seconds: number;
  /** The commit that the worker must be; '': any. */
  readonly wanted: string;
}

const made = z.object({ id: z.union([z.string(), z.number()]).transform(String) });
const canary = z.object({ state: z.string(), sha: z.string().nullish(), processGroup: z.string().nullish(), workerStartedAt: z.string().nullish(), error: z.string().nullish() });
const running = z.object({ jobs: z.array(z.object({ id: z.union([z.string(), z.number()]).transform(String), queue: z.string(), startedAt: z.string() })) });

const POLL_MS = 250;
const SHOWN = 10;

/** Makes one job that does nothing, and waits until a worker has done it. `since`: when that worker had started; '' when it did not say. */
export async function canaryJob(jobs: Jobs): Promise<{ reading: Reading; since: string }> {
  const nothing = (reading: Reading): { reading: Reading; since: string } => ({ reading, since: '' });
  const started = jobs.clock.now();
  const first = understood(await call(jobs, 'POST', '/canary'), made, `${jobs.url}/canary`);
  if ('kind' in first) return nothing(first);
  const path = `/canary/${encodeURIComponent(first.value.id)}`;
  for (;;) {
    const look = understood(await call(jobs, 'GET', path), canary, `${jobs.url}${path}`);
    if ('kind' in look) return nothing(look);
    const { state, sha, processGroup, workerStartedAt, error } = look.value;
    if (state === 'COMPLETED') return { reading: judge(sha ?? '', processGroup ?? 'worker', jobs.wanted), since: workerStartedAt ?? '' };
    if (['FAILED', 'CANCELLED'].includes(state)) return nothing({ kind: 'failing', why: `the canary job ${first.value.id} ended ${state}${error === null || error === undefined ? '' : `: ${error.slice(0, 200)}`}` });
    const waited = (jobs.clock.now() - started) / 1000;
    if (waited >= jobs.seconds) return nothing({ kind: 'failing', why: `no worker has done the canary job ${first.value.id} within ${jobs.seconds} s (it is ${state})` });
    await jobs.clock.sleep(POLL_MS, jobs.reach.signal);
  }
}

function judge(sha: string, group: string, wanted: string): Reading {
  if (sha === '') return { kind: 'failing', why: 'the worker does not say which commit it runs' };
  return wanted === '' || sha === wanted ? { kind: 'ok' } : { kind: 'stale', why: `process group ${group} runs ${shortSha(sha)}, not ${shortSha(wanted)}` };
}

/** RUNNING jobs that nobody works on: a killed worker leaves them so for ever (vendurehq/vendure#5187). */
export async function orphanedJobs(jobs: Jobs, before: string): Promise<Reading> {
  const time = Date.parse(before);
  if (Number.isNaN(time)) return { kind: 'not-configured', why: 'when the switch was is not known: the worker does not say when it started, and input `switched-at` is empty' };
  const path = `/running?started-before=${encodeURIComponent(new Date(time).toISOString())}`;
  const look = understood(await call(jobs, 'GET', path), running, `${jobs.url}/running`);
  if ('kind' in look) return look;
  const orphans = look.value.jobs.filter(({ startedAt }) => Date.parse(startedAt) < time);
  return orphans.length === 0 ? { kind: 'ok' } : { kind: 'warning', why: sentence(orphans, jobs.url) };
}

/** The token goes by standard input: an argument could be read by every process of that machine. */
function sentence(orphans: readonly { id: string; queue: string; startedAt: string }[], url: string): string {
  const named = orphans.slice(0, SHOWN).map(({ id, queue, startedAt }) => `${id} (${queue}, since ${startedAt})`).join(', ');
  const more = orphans.length > SHOWN ? ` and ${orphans.length - SHOWN} more` : '';
  const command = `printf 'authorization: Bearer %s' "$JOBS_TOKEN" | curl --fail-with-body -X POST -H @- ${url}/running/${encodeURIComponent(orphans[0]?.id ?? '')}/requeue`;
  return `jobs that were RUNNING before the switch, and nobody works on them: ${named}${more}. Requeue each:  ${command}`;
}

function call({ url, token, reach }: Jobs, method: 'GET' | 'POST', path: string): Promise<Answer> {
  return ask(reach, { surface: 'vendure', method, url: `${url}${path}`, follow: false, headers: { authorization: new Secret(`Bearer ${token.reveal()}`) } });
}

function understood<T>(answer: Answer, shape: z.ZodType<T>, url: string): { readonly value: T } | Extract<Reading, { kind: 'no-answer' | 'failing' }> {
  if (answer.kind !== 'answer') return { kind: answer.kind === 'wrong' ? 'failing' : 'no-answer', why: answer.why };
  const { status } = answer.response;
  if (status === 401 || status === 403) return { kind: 'failing', why: `${placeOf(url)} refused the token (HTTP ${status}): input \`jobs-token\` is not the shop's own` };
  const parsed = status < 300 ? shape.safeParse(jsonOf(answer.response)) : null;
  if (parsed?.success !== true) return { kind: 'failing', why: `HTTP ${status} from ${placeOf(url)}, which is not as the shop contract says` };
  return { value: parsed.data };
}
