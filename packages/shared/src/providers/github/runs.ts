import { z } from 'zod';
import { lineReader } from '../../tools/lines.ts';
import { ProviderError } from '../error.ts';
import { ask, refused, send } from './call.ts';
import type { GitHubClientOptions } from './client.ts';

export interface WorkflowRun {
  readonly id: number;
  readonly workflowId: number;
  readonly url: string;
  readonly event: string;
  readonly branch: string | null;
  /** Which try this is; each begins anew. */
  readonly attempt: number;
  /** Of this attempt, and of the first one: milliseconds since the epoch. */
  readonly startedAt: number;
  readonly createdAt: number;
  /** Of the event `pull_request`. */
  readonly pullRequests: readonly { readonly number: number; readonly base: string }[];
}

export interface Job {
  readonly id: number;
  readonly runId: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  /** Milliseconds since the epoch; null: not yet. */
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly steps: readonly { readonly name: string; readonly seconds: number }[];
  /** The job has ended, and a step of it was never heard of again: its runner was lost. */
  readonly lost: boolean;
}

/** `absent`: the job runs still, or GitHub keeps its log no longer. */
export type JobLog = { readonly kind: 'read'; readonly bytes: number; readonly whole: boolean } | { readonly kind: 'absent'; readonly why: string };

/**
 * Runs, their jobs and what those wrote. All throw ProviderError.
 * @see https://docs.github.com/en/rest/actions/workflow-jobs
 */
export interface GitHubRuns {
  run(repository: string, runId: number): Promise<WorkflowRun>;
  /** Of the latest attempt. */
  jobs(repository: string, runId: number): Promise<readonly Job[]>;
  job(repository: string, jobId: number): Promise<Job>;
  /** Line by line, without GitHub's time before each; what is beyond `mostBytes` is left out. */
  readLog(repository: string, jobId: number, mostBytes: number, onLine: (line: string) => void): Promise<JobLog>;
  /** Runs of that workflow that have not ended. */
  active(repository: string, workflowId: number | null): Promise<readonly WorkflowRun[]>;
}

const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const run = z.object({ id: z.number(), workflow_id: z.number(), html_url: z.string(), event: z.string(), head_branch: z.string().nullable(), run_attempt: z.number().default(1), created_at: moment, run_started_at: moment.nullish(), pull_requests: z.array(z.object({ number: z.number(), base: z.object({ ref: z.string() }) })).nullish() })
  .transform((it): WorkflowRun => ({ id: it.id, workflowId: it.workflow_id, url: it.html_url, event: it.event, branch: it.head_branch, attempt: it.run_attempt, startedAt: it.run_started_at ?? it.created_at, createdAt: it.created_at, pullRequests: (it.pull_requests ?? []).map(({ number, base }) => ({ number, base: base.ref })) }));
const span = z.object({ started_at: moment.nullish(), completed_at: moment.nullish() });
const job = span.extend({ id: z.number(), run_id: z.number(), name: z.string(), status: z.string(), conclusion: z.string().nullable(), steps: z.array(span.extend({ name: z.string(), status: z.string().default('completed') })).nullish() })
  .transform(({ id, run_id: runId, name, status, conclusion, started_at: startedAt = null, completed_at: completedAt = null, steps }): Job => ({
    id, runId, name, status, conclusion, startedAt, completedAt,
    lost: status === 'completed' && (steps ?? []).some((step) => step.status !== 'completed'),
    steps: (steps ?? []).flatMap((step) => (typeof step.started_at === 'number' && typeof step.completed_at === 'number' ? [{ name: step.name, seconds: (step.completed_at - step.started_at) / 1000 }] : [])),
  }));

const HEAD_MS = 20_000;
const IDLE_MS = 20_000;
const TIME = /^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z ?/u;
// More jobs than a matrix may have (256), and more runs than a repository has in progress for one lane.
const PAGE = 100;

export function githubRuns(options: GitHubClientOptions): GitHubRuns {
  return {
    run: (repository, runId) => read(`repos/${repository}/actions/runs/${runId}`, run),
    async jobs(repository, runId) {
      const all: Job[] = [];
      for (let page = 1; ; page += 1) {
        const { jobs: some } = await read(`repos/${repository}/actions/runs/${runId}/jobs?per_page=${PAGE}&page=${page}`, z.object({ jobs: z.array(job) }));
        all.push(...some);
        if (some.length < PAGE) return all;
      }
    },
    job: (repository, jobId) => read(`repos/${repository}/actions/jobs/${jobId}`, job),
    readLog,
    async active(repository, workflowId) {
      const of = workflowId === null ? 'runs' : `workflows/${workflowId}/runs`;
      return (await read(`repos/${repository}/actions/${of}?status=in_progress&per_page=${PAGE}`, z.object({ workflow_runs: z.array(run) }))).workflow_runs;
    },
  };

  async function read<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    const found = shape.safeParse(await ask(options, { method: 'GET', path }));
    if (found.success) return found.data;
    throw new ProviderError('unexpected-answer', `GitHub answered ${path.replace(/\?.*$/u, '')} in another shape`);
  }

  async function readLog(repository: string, jobId: number, mostBytes: number, onLine: (line: string) => void): Promise<JobLog> {
    const call = { method: 'GET', path: `repos/${repository}/actions/jobs/${jobId}/logs` } as const;
    const answer = await send(options, call);
    if (answer.status === 404) return { kind: 'absent', why: 'GitHub has no log of it: the job has not ended, or is not there' };
    if (answer.status === 410) return { kind: 'absent', why: 'GitHub keeps its log no longer' };
    const url = answer.headers['location'];
    if (answer.status !== 302 || url === undefined) throw refused(answer, call);
    // Another host, which signs its addresses: it gets no token of ours.
    const log = await options.http.download({ url, deadlineMs: HEAD_MS, idleMs: IDLE_MS });
    if (log.kind === 'unreachable') throw new ProviderError('unavailable', log.message);
    if (log.status !== 200) {
      log.body.destroy();
      throw new ProviderError('unavailable', `the log of job ${jobId} cannot be read: the store of GitHub's logs answered ${log.status}`);
    }
    const lines = lineReader((line) => onLine(line.replace(TIME, '')));
    let bytes = 0;
    try {
      for await (const chunk of log.body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > mostBytes) return { kind: 'read', bytes: mostBytes, whole: false };
        lines.take(chunk);
      }
    } catch (cause) {
      throw new ProviderError('unavailable', `the log of job ${jobId} ended early: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    lines.end();
    return { kind: 'read', bytes, whole: true };
  }
}
