import type { JobFacts, RunHolder, StandingReader } from '../../../src/lock/index.ts';
import type { Fate } from './ref-server.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

/** What GitHub knows of one attempt of a run: never more than the truth, and later. */
export interface Run {
  status: 'in_progress' | 'completed';
  completedAt: number | null;
  readonly jobs: Job[];
}

export interface Job {
  status: 'in_progress' | 'completed';
  completedAt: number | null;
  /** Whether the runner itself reported the end of each step. */
  isReported: boolean;
}

export function endJob(job: Job, time: VirtualTime, isReported: boolean): void {
  if (job.status === 'completed') return;
  job.status = 'completed';
  job.completedAt = time.now();
  job.isReported = isReported;
}

export function endRun(run: Run, time: VirtualTime): void {
  run.status = 'completed';
  run.completedAt = time.now();
}

/** GitHub's answers about runs, by way of the same network. Its times are whole seconds. */
export function runsReader(time: VirtualTime, runs: ReadonlyMap<string, Run>, process: Process, fates: () => Fate): StandingReader {
  const ask = <T>(answer: (run: Run, now: number) => T, holder: RunHolder): Promise<T | null> => new Promise((resolve) => {
    const { upMs, downMs, trouble } = fates();
    if (trouble === 'dropped' || trouble === 'lost-reply') return process.after(20_000, () => resolve(null));
    time.after(upMs, () => {
      const run = runs.get(`${holder.run_id}.${holder.run_attempt}`);
      const said = run === undefined ? null : answer(run, seconds(time.now()));
      process.after(downMs, () => resolve(said));
    });
  });
  const unknown = { kind: 'unknown', why: 'no answer' } as const;
  return {
    async standingOf(holder, hold) {
      return (await ask((run, now) => {
        const job = run.jobs[(holder.job_id ?? 0) - 1];
        if (hold === 'job' && job !== undefined) return { kind: 'job' as const, job: facts(job), now };
        return { kind: 'run' as const, status: run.status, conclusion: 'none', updatedAt: seconds(run.completedAt ?? 0), jobs: run.jobs.map(facts), now };
      }, holder)) ?? unknown;
    },
    async jobsOf(holder) {
      return (await ask((run, now) => ({ kind: 'read' as const, jobs: run.jobs.map(facts), now }), holder)) ?? unknown;
    },
  };
}

function facts({ status, completedAt, isReported }: Job): JobFacts {
  return { status, conclusion: null, completedAt: completedAt === null ? null : seconds(completedAt), steps: [isReported ? 'completed' : 'in_progress'], hadRunner: true };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
