import type { JobOutcome } from '@vendure-deploy/runner';
import type { JobState } from '@vendure-deploy/twin';

/** Tells the rehearsed GitHub how each job of a run stands, as its runners would. */
export interface JobBook {
  started(name: string): void;
  /** What a step of the job wrote: GitHub gives a job's log to whoever asks, once the job has ended. */
  line(name: string, text: string): void;
  ended(outcome: JobOutcome): void;
  /** From now on the runner is gone: nobody reports the end of a step any more. */
  lost(): void;
  /** Once GitHub knows all of it. */
  settled(): Promise<void>;
}

export interface Told {
  jobs(jobs: readonly JobState[]): Promise<void>;
  log(jobId: number, text: string): Promise<void>;
}

/** A job of another attempt has another id. */
export function openJobBook({ id: runId, attempt }: { readonly id: number; readonly attempt: number }, tell: Told): JobBook {
  const jobs = new Map<string, JobState>();
  const logs = new Map<string, string[]>();
  let told = Promise.resolve();
  let isLost = false;
  const write = (name: string, state: Omit<JobState, 'id' | 'name' | 'startedAt'>): void => {
    const known = jobs.get(name);
    jobs.set(name, { id: known?.id ?? (runId + (attempt - 1) * ATTEMPT) * 1000 + jobs.size + 1, name, startedAt: known?.startedAt ?? new Date().toISOString(), ...state });
    const all = [...jobs.values()];
    told = told.then(() => tell.jobs(all));
  };
  const keepLog = (name: string): void => {
    const [job, lines] = [jobs.get(name), logs.get(name)];
    if (job === undefined || lines === undefined) return;
    told = told.then(() => tell.log(job.id, `${lines.join('\n')}\n`));
    logs.delete(name);
  };
  return {
    started: (name) => write(name, { status: 'in_progress', conclusion: null, completedAt: null }),
    line(name, text) {
      const lines = logs.get(name) ?? [];
      logs.set(name, lines);
      lines.push(`${new Date().toISOString().replace('Z', '0000Z')} ${text}`);
    },
    ended({ id, result, steps }) {
      keepLog(id);
      write(id, {
        status: 'completed', conclusion: result, completedAt: new Date().toISOString(), hadRunner: jobs.has(id),
        steps: isLost && jobs.has(id) ? [{ name: 'lost', number: 1, status: 'in_progress', conclusion: null }] : steps.map(({ name, conclusion }, index) => ({ name, number: index + 1, status: 'completed', conclusion })),
      });
    },
    lost: () => { isLost = true; },
    settled: () => told,
  };
}

// Beyond every run's own id.
const ATTEMPT = 10_000_000;
