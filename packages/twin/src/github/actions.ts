import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { json, notFound } from './answers.ts';
import type { JobLogs } from './job-logs.ts';
import type { Repository } from './objects.ts';
import { minimalRepository, nodeId, numberOf, user } from './shapes.ts';

export interface RunState {
  readonly id: number;
  readonly repository: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly startedAt: string;
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
  readonly steps?: readonly { readonly name: string; readonly number: number; readonly status: 'queued' | 'in_progress' | 'completed'; readonly conclusion: string | null; readonly startedAt?: string | null; readonly completedAt?: string | null }[];
}

/** The runs that this GitHub knows: whoever performs one says how it stands. */
export interface Runs {
  set(run: RunState): void;
  setJobs(runId: number, jobs: readonly JobState[]): void;
  answer(repository: Repository, path: readonly string[], query: URLSearchParams): Response;
}

/** @param file where they are kept: a run whose process was killed is known all the same, and has ended by the next start */
export function createRuns(file: string, logs: JobLogs): Runs {
  const runs = new Map(readRuns(file).map((run) => [run.id, run]));
  const jobs = new Map<number, readonly JobState[]>();
  const find = (repository: Repository, id: string | undefined): RunState => {
    const run = runs.get(Number(id));
    if (run === undefined || run.repository !== repository.name) throw notFound();
    return run;
  };
  const listed = (repository: Repository, query: URLSearchParams, wanted: (run: RunState) => boolean): Response => {
    const status = query.get('status');
    const found = [...runs.values()].filter((run) => run.repository === repository.name && wanted(run) && (status === null || run.status === status)).toReversed();
    return json({ total_count: found.length, workflow_runs: found.slice(0, Number(query.get('per_page') ?? 30)).map(runAnswer) });
  };
  return {
    set: (run) => {
      runs.set(run.id, { ...runs.get(run.id), ...run });
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify([...runs.values()]));
    },
    setJobs: (runId, list) => void jobs.set(runId, list),
    answer(repository, [kind, id, ...rest], query) {
      if (kind === 'jobs') {
        const [runId, job] = [...jobs].flatMap(([run, list]) => list.map((one) => [run, one] as const)).find(([, one]) => one.id === Number(id)) ?? [];
        if (runId === undefined || job === undefined) throw notFound();
        const run = find(repository, String(runId));
        return rest[0] === 'logs' ? logs.answer(job) : json(jobAnswer(run, job));
      }
      if (kind === 'workflows' && rest[0] === 'runs') return listed(repository, query, (run) => `${run.workflow ?? 'deploy'}.yml` === id || id === '1');
      if (kind !== 'runs') throw notFound();
      if (id === undefined) return listed(repository, query, () => true);
      const run = find(repository, id);
      const [what, attempt, more] = rest[0] === 'attempts' ? rest : [undefined, undefined, rest[0]];
      if (what === 'attempts' && Number(attempt) !== (run.attempt ?? 1)) throw notFound();
      if (more === 'jobs') {
        const list = jobs.get(run.id) ?? [];
        return json({ total_count: list.length, jobs: list.map((job) => jobAnswer(run, job)) });
      }
      if (more !== undefined) throw notFound();
      return json(runAnswer(run));
    },
  };
}

function readRuns(file: string): RunState[] {
  if (!existsSync(file)) return [];
  const runs = JSON.parse(readFileSync(file, 'utf8')) as RunState[];
  return runs.map((run) => (run.status === 'completed' ? run : { ...run, status: 'completed', conclusion: 'failure' }));
}

function runAnswer(run: RunState): Record<string, unknown> {
  const repository = minimalRepository(run.repository);
  const url = `https://api.github.com/repos/${run.repository}/actions/runs/${run.id}`;
  const sha = run.sha ?? '0'.repeat(40);
  const actor = user(run.actor ?? 'operator');
  return {
    id: run.id, node_id: nodeId('WFR', run.id), name: run.workflow ?? 'deploy', head_branch: run.branch ?? 'main', head_sha: sha, path: `.github/workflows/${run.workflow ?? 'deploy'}.yml`, display_title: run.workflow ?? 'deploy',
    run_number: 1, run_attempt: run.attempt ?? 1, event: run.event ?? 'workflow_dispatch', status: run.status, conclusion: run.conclusion ?? null, workflow_id: 1, url, html_url: `https://github.com/${run.repository}/actions/runs/${run.id}`,
    pull_requests: run.pullRequest === undefined ? [] : [pullRequestOf(run.repository, run.pullRequest, { branch: run.branch ?? 'main', sha })], created_at: run.startedAt, updated_at: run.startedAt, run_started_at: run.startedAt, actor, triggering_actor: actor, jobs_url: `${url}/jobs`, logs_url: `${url}/logs`, check_suite_url: `https://api.github.com/repos/${run.repository}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`, cancel_url: `${url}/cancel`, rerun_url: `${url}/rerun`, workflow_url: `https://api.github.com/repos/${run.repository}/actions/workflows/1`, repository, head_repository: repository,
    head_commit: { id: sha, tree_id: sha, message: '', timestamp: run.startedAt, author: { name: 'operator', email: 'operator@example.com' }, committer: { name: 'operator', email: 'operator@example.com' } },
  };
}

function jobAnswer(run: RunState, job: JobState): Record<string, unknown> {
  const api = `https://api.github.com/repos/${run.repository}`;
  return {
    id: job.id, node_id: nodeId('CR', job.id), run_id: run.id, run_url: `${api}/actions/runs/${run.id}`, run_attempt: run.attempt ?? 1, head_sha: run.sha ?? '0'.repeat(40), head_branch: run.branch ?? 'main', workflow_name: run.workflow ?? 'deploy',
    name: job.name, url: `${api}/actions/jobs/${job.id}`, html_url: `https://github.com/${run.repository}/actions/runs/${run.id}/job/${job.id}`, status: job.status, conclusion: job.conclusion, created_at: job.startedAt, started_at: job.startedAt,
    completed_at: job.completedAt, steps: (job.steps ?? []).map(({ startedAt = null, completedAt = null, ...step }) => ({ ...step, started_at: startedAt, completed_at: completedAt })), check_run_url: `${api}/check-runs/${job.id}`, labels: ['ubuntu-latest'], runner_id: 1, runner_name: 'rehearsal', runner_group_id: 1, runner_group_name: 'Default',
  };
}

function pullRequestOf(repository: string, { number, base }: { readonly number: number; readonly base: string }, head: { readonly branch: string; readonly sha: string }): Record<string, unknown> {
  const repo = { id: numberOf(repository), url: `https://api.github.com/repos/${repository}`, name: repository.split('/')[1] ?? '' };
  return { id: number, number, url: `https://api.github.com/repos/${repository}/pulls/${number}`, head: { ref: head.branch, sha: head.sha, repo }, base: { ref: base, sha: head.sha, repo } };
}
