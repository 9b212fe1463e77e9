import { z } from 'zod';
import type { HttpClient, HttpResponse, HttpResult } from '../net/index.ts';
import { Secret } from '../secrets/index.ts';
import type { JobFacts, Standing } from './judge.ts';
import type { Hold, RunHolder } from './state.ts';

export interface StandingReader {
  /** By its job where that alone holds and its number is known, else by the attempt of its run. Never throws. */
  standingOf(holder: RunHolder, hold: Hold): Promise<Standing>;
  /** Of that attempt. Never throws. */
  jobsOf(holder: RunHolder): Promise<JobsReading>;
}

/** `denied`: the token may not look. `now`: GitHub's. */
export type JobsReading = { kind: 'read'; jobs: readonly JobFacts[]; now: number | null } | { kind: 'denied'; why: string } | { kind: 'unknown'; why: string };

const callMs = 20_000;
const most = 100;
const instant = z.string().transform((text) => Date.parse(text)).refine((ms) => !Number.isNaN(ms));
const runAnswer = z.object({ status: z.string(), conclusion: z.string().nullable(), updated_at: instant });
const jobShape = z.object({
  run_id: z.number(), run_attempt: z.number().default(1), status: z.string(), conclusion: z.string().nullable(), completed_at: instant.nullable(), runner_id: z.number().nullish(), steps: z.array(z.object({ status: z.string() })).default([]),
});
const jobsAnswer = z.object({ total_count: z.number(), jobs: z.array(jobShape) });

type Read<T> = { value: T; now: number | null } | { why: string; isDenied: boolean };

/** @see https://docs.github.com/en/rest/actions/workflow-runs#get-a-workflow-run-attempt */
export function standingReader({ http, token, apiUrl }: { http: HttpClient; token: Secret; apiUrl: string }): StandingReader {
  return {
    async standingOf(holder, hold) {
      if (hold === 'job' && holder.job_id !== undefined) return ofJob(holder, holder.job_id);
      return ofRun(holder);
    },
    jobsOf,
  };

  async function ofJob({ repo, run_id: run, run_attempt: attempt }: RunHolder, id: number): Promise<Standing> {
    const read = await get(`repos/${repo}/actions/jobs/${id}`, jobShape);
    if ('why' in read) return { kind: 'unknown', why: read.why };
    if (read.value.run_id !== run || read.value.run_attempt !== attempt) return { kind: 'unknown', why: `job ${id} is none of run ${run}, attempt ${attempt}` };
    return { kind: 'job', job: facts(read.value), now: read.now };
  }

  async function ofRun(holder: RunHolder): Promise<Standing> {
    const run = await get(pathOf(holder), runAnswer);
    if ('why' in run) return { kind: 'unknown', why: run.why };
    const { status, conclusion, updated_at: updatedAt } = run.value;
    if (status !== 'completed') return { kind: 'run', status, conclusion, updatedAt, jobs: null, now: run.now };
    const jobs = await jobsOf(holder);
    return { kind: 'run', status, conclusion, updatedAt, jobs: jobs.kind === 'read' ? jobs.jobs : null, now: run.now };
  }

  async function jobsOf(holder: RunHolder): Promise<JobsReading> {
    const read = await get(`${pathOf(holder)}/jobs?per_page=${most}`, jobsAnswer);
    if ('why' in read) return { kind: read.isDenied ? 'denied' : 'unknown', why: read.why };
    if (read.value.jobs.length < read.value.total_count) return { kind: 'unknown', why: `the run has more than ${most} jobs` };
    return { kind: 'read', jobs: read.value.jobs.map(facts), now: read.now };
  }

  async function get<T>(path: string, shape: z.ZodType<T>): Promise<Read<T>> {
    const result = await http.request({
      method: 'GET', url: `${apiUrl}/${path}`, deadlineMs: callMs,
      headers: { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    });
    if (result.kind === 'unreachable') return { why: result.message, isDenied: false };
    if (result.status === 404) return { why: 'GitHub knows no such run, or the token lacks `actions: read` in its repository', isDenied: true };
    if (result.status === 403) return { why: 'GitHub answered 403; the token needs `actions: read` in its repository', isDenied: true };
    if (result.status >= 300) return { why: `GitHub answered ${result.status}`, isDenied: false };
    return parse(result, shape);
  }
}

function pathOf({ repo, run_id: id, run_attempt: attempt }: RunHolder): string {
  return `repos/${repo}/actions/runs/${id}/attempts/${attempt}`;
}

function parse<T>(result: HttpResponse, shape: z.ZodType<T>): Read<T> {
  try {
    return { value: shape.parse(result.json()), now: serverTime(result) };
  } catch {
    return { why: `GitHub answered ${result.status} with a body of another shape`, isDenied: false };
  }
}

function serverTime(result: Extract<HttpResult, { kind: 'response' }>): number | null {
  const ms = Date.parse(result.headers['date'] ?? '');
  return Number.isNaN(ms) ? null : ms;
}

function facts(job: z.infer<typeof jobShape>): JobFacts {
  return { status: job.status, conclusion: job.conclusion, completedAt: job.completed_at, steps: job.steps.map(({ status }) => status), hadRunner: (job.runner_id ?? 0) > 0 };
}
