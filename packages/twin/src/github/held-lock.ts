import { randomInt, randomUUID } from 'node:crypto';
import type { JobState, Runs } from './actions.ts';
import { git, gitOrNull } from './git.ts';
import type { Repository } from './objects.ts';

/** How it stands with the run that holds: it goes on; it has ended in order; GitHub lost its runner a moment ago; it is none that this GitHub tells of. */
export type HeldBy = 'another-run' | 'ended-run' | 'lost-run' | 'unknown-run';

const LOST_SECONDS_AGO = 100;

/** Another run of the repository holds the deploy lock, in the form that the protocol has on its ref. @returns how it gives it back, if it has it still */
export async function holdLock({ repository, environment, by, runs }: { repository: Repository; environment: string; by: HeldBy; runs: Pick<Runs, 'set' | 'setJobs'> }): Promise<() => Promise<void>> {
  const id = randomInt(1_000_000, 9_999_999);
  const run = { id, repository: repository.name, startedAt: secondsAgo(600), actor: 'colleague' };
  const job: JobState = { id: id * 10, name: 'vendure', status: 'in_progress', conclusion: null, startedAt: secondsAgo(600), completedAt: null, steps: [step(1, 'completed'), step(2, 'in_progress')] };
  const end = (seconds: number, steps: JobState['steps']): void => {
    runs.set({ ...run, status: 'completed', conclusion: 'failure', endedAt: secondsAgo(seconds) });
    runs.setJobs(id, [{ ...job, status: 'completed', conclusion: 'failure', completedAt: secondsAgo(seconds), ...(steps === undefined ? {} : { steps }) }]);
  };
  if (by === 'another-run') {
    runs.set({ ...run, status: 'in_progress' });
    runs.setJobs(id, [job]);
  }
  if (by === 'ended-run') end(5, [step(1, 'completed'), step(2, 'completed')]);
  if (by === 'lost-run') end(LOST_SECONDS_AGO, job.steps);
  const nonce = randomUUID();
  const holder = { kind: 'actions', repo: repository.name, run_id: id, run_attempt: 1, job: 'vendure', url: `https://github.com/${repository.name}/actions/runs/${id}/attempts/1`, actor: 'colleague', nonce };
  await append(repository, environment, { state: 'held', hold: 'run', holder, since: '', phase: 'vendure', reason: `deploy of ${environment}`, why: 'acquire', prev_holder: null });
  return async () => {
    if (by === 'another-run') end(0, [step(1, 'completed'), step(2, 'completed')]);
    if ((await headOf(repository, environment))?.holder?.nonce !== nonce) return;
    await append(repository, environment, { state: 'free', hold: 'run', holder: null, since: '', phase: 'vendure', reason: '', why: 'release', prev_holder: null });
  };
}

function step(number: number, status: 'completed' | 'in_progress'): NonNullable<JobState['steps']>[number] {
  return { name: `step ${number}`, number, status, conclusion: status === 'completed' ? 'success' : null };
}

function secondsAgo(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

interface Head {
  readonly sha: string;
  readonly seq: number;
  readonly holder?: { readonly nonce?: string } | null;
}

async function headOf({ bare }: Repository, environment: string): Promise<Head | null> {
  const sha = (await gitOrNull(bare, ['rev-parse', '--verify', '--quiet', refOf(environment)]))?.trim() ?? null;
  if (sha === null) return null;
  const message = await git(bare, ['show', '--no-patch', '--format=%B', sha]);
  return { sha, ...(JSON.parse(message.slice(message.indexOf('{'))) as Omit<Head, 'sha'>) };
}

async function append(repository: Repository, environment: string, next: Readonly<Record<string, unknown>>): Promise<void> {
  const { bare } = repository;
  const head = await headOf(repository, environment);
  const seq = 1 + (head?.seq ?? 0);
  const message = `deploy-lock ${environment}: ${String(next['why'])} #${seq} [skip ci]\n\n${JSON.stringify({ v: 2, seq, env: environment, ...next }, null, 2)}\n`;
  const tree = (await git(bare, ['mktree'], { stdin: '' })).trim();
  const commit = (await git(bare, ['-c', 'user.name=Colleague', '-c', 'user.email=colleague@example.com', 'commit-tree', tree, ...(head === null ? [] : ['-p', head.sha]), '-m', message])).trim();
  await git(bare, ['update-ref', refOf(environment), commit, head?.sha ?? '0'.repeat(40)]);
}

function refOf(environment: string): string {
  return `refs/heads/deploy-lock/${environment}`;
}
