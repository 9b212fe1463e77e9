import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { json, notFound } from './answers.ts';
import { keepFile } from './keep-file.ts';
import type { JobLogs } from './job-logs.ts';
import type { Repository } from './objects.ts';
import { minimalRepository, nodeId, numberOf, user } from './shapes.ts';

export interface RunState {
  readonly id: number;
  readonly repository: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly startedAt: string;
  /** Of a run that has ended; when it is not said, it is now. */
  readonly endedAt?: string;
  readonly conclusion?: string | null;
  readonly attempt?: number;
  readonly workflow?: string;
  readonly sha?: string;
  readonly branch?: string;
  readonly actor?: string;
  /** Default: workflow_dispatch. */
  readonly event?: string;
  /** Of the event `pull_request`: its number, and the branch that it is to go into. */
  readonly pullRequest?: { readonly number: number; readonly base: string };
}

export interface JobState {
  readonly id: number;
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: string | null;
  readonly startedAt: string;
  readonly completedAt: string | null;
  /** false: it never got as far as a runner. */
  readonly hadRunner?: boolean;
  readonly steps?: readonly { readonly name: string; readonly number: number; readonly status: 'queued' | 'in_progress' | 'completed'; readonly conclusion: string | null; readonly startedAt?: string | null; readonly completedAt?: string | null }[];
}

/** The runs that this GitHub knows: whoever performs one says how it stands. Each attempt stays what it was when the next one begins. */
export interface Runs {
  set(run: RunState): void;
  /** Of its last attempt. */
  setJobs(runId: number, jobs: readonly JobState[]): void;
  answer(repository: Repository, path: readonly string[], query: URLSearchParams): Response;
}

/** @param file where they are kept: a run whose process was killed is known all the same, and has ended by the next start */
export function createRuns(file: string, logs: JobLogs): Runs {
  const attempts = new Map(readRuns(file).map((run) => [keyOf(run.id, attemptOf(run)), run]));
  const jobsFile = join(dirname(file), 'jobs.json');
  const jobs = new Map(readJobs(jobsFile));
  const latest = (id: number): RunState | undefined => [...attempts.values()].filter((run) => run.id === id).toSorted((one, other) => attemptOf(other) - attemptOf(one))[0];
  const find = (repository: Repository, id: string | undefined, attempt?: string): RunState => {
    const run = attempt === undefined ? latest(Number(id)) : attempts.get(keyOf(Number(id), Number(attempt)));
    if (run === undefined || run.repository !== repository.name) throw notFound();
    return run;
  };
  const listed = (repository: Repository, query: URLSearchParams, wanted: (run: RunState) => boolean): Response => {
    const status = query.get('status');
    const newest = [...new Set([...attempts.values()].map(({ id }) => id))].flatMap((id) => latest(id) ?? []);
    const found = newest.filter((run) => run.repository === repository.name && wanted(run) && (status === null || run.status === status)).toReversed();
    return json({ total_count: found.length, workflow_runs: found.slice(0, Number(query.get('per_page') ?? 30)).map(runAnswer) });
  };
  return {
    set: (run) => {
      const before = attempts.get(keyOf(run.id, attemptOf(run)));
      const ended = run.status === 'completed' ? { endedAt: new Date().toISOString() } : {};
      attempts.set(keyOf(run.id, attemptOf(run)), { ...before, ...ended, ...run });
      keepFile(file, [...attempts.values()]);
    },
    setJobs: (runId, list) => {
      const run = latest(runId);
      if (run === undefined) return;
      jobs.set(keyOf(runId, attemptOf(run)), list);
      keepFile(jobsFile, [...jobs]);
    },
    answer(repository, [kind, id, ...rest], query) {
      if (kind === 'jobs') {
        const [key, job] = [...jobs].flatMap(([run, list]) => list.map((one) => [run, one] as const)).find(([, one]) => one.id === Number(id)) ?? [];
        if (key === undefined || job === undefined) throw notFound();
        const [run, attempt] = key.split('.');
        const answered = jobAnswer(find(repository, run, attempt), job);
        return rest[0] === 'logs' ? logs.answer(job) : json(answered);
      }
      if (kind === 'workflows' && rest[0] === 'runs') return listed(repository, query, (run) => `${run.workflow ?? 'deploy'}.yml` === id || id === '1');
      if (kind !== 'runs') throw notFound();
      if (id === undefined) return listed(repository, query, () => true);
      const [run, more] = rest[0] === 'attempts' ? [find(repository, id, rest[1] ?? ''), rest[2]] : [find(repository, id), rest[0]];
      if (more === 'jobs') {
        const list = jobs.get(keyOf(run.id, attemptOf(run))) ?? [];
        return json({ total_count: list.length, jobs: list.map((job) => jobAnswer(run, job)) });
      }
      if (more !== undefined) throw notFound();
      return json(runAnswer(run));
    },
  };
}

function keyOf(id: number, attempt: number): string {
  return `${id}.${attempt}`;
}

function attemptOf({ attempt = 1 }: RunState): number {
  return attempt;
}

function readRuns(file: string): RunState[] {
  if (!existsSync(file)) return [];
  const runs = JSON.parse(readFileSync(file, 'utf8')) as RunState[];
  return runs.map((run) => (run.status === 'completed' ? run : { ...run, status: 'completed', conclusion: 'failure', endedAt: new Date().toISOString() }));
}

function runAnswer(run: RunState): Record<string, unknown> {
  const repository = minimalRepository(run.repository);
  const url = `https://api.github.com/repos/${run.repository}/actions/runs/${run.id}`;
  const sha = run.sha ?? '0'.repeat(40);
  const actor = user(run.actor ?? 'operator');
  return {
    id: run.id, node_id: nodeId('WFR', run.id), name: run.workflow ?? 'deploy', head_branch: run.branch ?? 'main', head_sha: sha, path: `.github/workflows/${run.workflow ?? 'deploy'}.yml`, display_title: run.workflow ?? 'deploy',
    run_number: 1, run_attempt: run.attempt ?? 1, event: run.event ?? 'workflow_dispatch', status: run.status, conclusion: run.conclusion ?? null, workflow_id: 1, url, html_url: `https://github.com/${run.repository}/actions/runs/${run.id}`,
    pull_requests: run.pullRequest === undefined ? [] : [pullRequestOf(run.repository, run.pullRequest, { branch: run.branch ?? 'main', sha })], created_at: run.startedAt, updated_at: run.endedAt ?? run.startedAt, run_started_at: run.startedAt, actor, triggering_actor: actor, jobs_url: `${url}/jobs`, logs_url: `${url}/logs`, check_suite_url: `https://api.github.com/repos/${run.repository}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`, cancel_url: `${url}/cancel`, rerun_url: `${url}/rerun`, workflow_url: `https://api.github.com/repos/${run.repository}/actions/workflows/1`, repository, head_repository: repository,
    head_commit: { id: sha, tree_id: sha, message: '', timestamp: run.startedAt, author: { name: 'operator', email: 'operator@example.com' }, committer: { name: 'operator', email: 'operator@example.com' } },
  };
}

function jobAnswer(run: RunState, job: JobState): Record<string, unknown> {
  const api = `https://api.github.com/repos/${run.repository}`;
  return {
    id: job.id, node_id: nodeId('CR', job.id), run_id: run.id, run_url: `${api}/actions/runs/${run.id}`, run_attempt: run.attempt ?? 1, head_sha: run.sha ?? '0'.repeat(40), head_branch: run.branch ?? 'main', workflow_name: run.workflow ?? 'deploy',
    name: job.name, url: `${api}/actions/jobs/${job.id}`, html_url: `https://github.com/${run.repository}/actions/runs/${run.id}/job/${job.id}`, status: job.status, conclusion: job.conclusion, created_at: job.startedAt, started_at: job.startedAt,
    completed_at: job.completedAt, steps: (job.steps ?? []).map(({ startedAt = null, completedAt = null, ...step }) => ({ ...step, started_at: startedAt, completed_at: completedAt })), check_run_url: `${api}/check-runs/${job.id}`, labels: ['ubuntu-latest'],
    ...(job.hadRunner === false ? NO_RUNNER : RUNNER),
  };
}

const RUNNER = { runner_id: 1, runner_name: 'rehearsal', runner_group_id: 1, runner_group_name: 'Default' };
const NO_RUNNER = { runner_id: null, runner_name: null, runner_group_id: null, runner_group_name: null };

function pullRequestOf(repository: string, { number, base }: { readonly number: number; readonly base: string }, head: { readonly branch: string; readonly sha: string }): Record<string, unknown> {
  const repo = { id: numberOf(repository), url: `https://api.github.com/repos/${repository}`, name: repository.split('/')[1] ?? '' };
  return { id: number, number, url: `https://api.github.com/repos/${repository}/pulls/${number}`, head: { ref: head.branch, sha: head.sha, repo }, base: { ref: base, sha: head.sha, repo } };
}

function readJobs(file: string): [string, readonly JobState[]][] {
  if (!existsSync(file)) return [];
  const kept = JSON.parse(readFileSync(file, 'utf8')) as [string, readonly JobState[]][];
  return kept.map(([run, jobs]) => [run, jobs.map((job) => (job.status === 'completed' ? job : lost(job)))]);
}

/** As GitHub shows one whose runner was never heard of again: ended, with a step that nobody has reported. */
function lost(job: JobState): JobState {
  return { ...job, status: 'completed', conclusion: 'failure', completedAt: new Date().toISOString(), steps: [{ name: 'lost', number: 1, status: 'in_progress', conclusion: null }] };
}
