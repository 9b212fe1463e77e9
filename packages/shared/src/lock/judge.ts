/** What GitHub says of one job. Times in milliseconds since the epoch, by GitHub's own clock. */
export interface JobFacts {
  readonly status: string;
  readonly conclusion: string | null;
  readonly completedAt: number | null;
  /** Status of each step. */
  readonly steps: readonly string[];
  /** Whether a runner ever took it. */
  readonly hadRunner: boolean;
}

/** How that stands by which a holder is judged, as it was read. `now` is the `Date` of the answer; null where it had none. */
export type Standing =
  | { readonly kind: 'run'; readonly status: string; readonly conclusion: string | null; readonly updatedAt: number; /** null: not all of them were read. */ readonly jobs: readonly JobFacts[] | null; readonly now: number | null }
  | { readonly kind: 'job'; readonly job: JobFacts; readonly now: number | null }
  /** Of a machine nobody can ask: how long the observer has seen the head unchanged, by its own clock; and whether silence is enough. */
  | { readonly kind: 'silence'; readonly ms: number; readonly steal: boolean }
  | { readonly kind: 'unknown'; readonly why: string };

export type Judgement =
  | { readonly kind: 'dead'; readonly why: string }
  /** `freeInMs`: when it is dead if nothing changes; null: nobody can tell. */
  | { readonly kind: 'holds'; readonly why: string; readonly freeInMs: number | null };

/**
 * A lost runner may go on after GitHub has closed its job, and a cancelled one has 5 minutes for what it tidies up.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
 */
export const GRACE_MS = 330_000;

/** A runner on somebody's machine renews every 20 s and stops its deploy after 60 s without a success: twice that. */
export const SILENCE_MS = 120_000;

/** Pure. Only what is known to have stopped is dead: no permission to look is no death. Each `why` is a sentence. */
export function judgeHolder(standing: Standing): Judgement {
  switch (standing.kind) {
    case 'unknown': return { kind: 'holds', why: `Whether it is still active could not be read: ${standing.why}.`, freeInMs: null };
    case 'silence': return judgeSilence(standing);
    case 'job': {
      const { job, now } = standing;
      if (job.status !== 'completed') return { kind: 'holds', why: 'Its job is still active.', freeInMs: null };
      return judgeEnd(`Its job has ended (${job.conclusion ?? 'none'})`, { isReported: isReported(job), endedAt: job.completedAt, now });
    }
    case 'run': {
      const { jobs, now, updatedAt } = standing;
      if (standing.status !== 'completed') return { kind: 'holds', why: 'Its run is still active.', freeInMs: null };
      const ends = (jobs ?? []).map(({ completedAt }) => completedAt ?? updatedAt);
      const reported = jobs !== null && jobs.length > 0 && jobs.every(isReported);
      return judgeEnd(`Its run has ended (${standing.conclusion ?? 'none'})`, { isReported: reported, endedAt: ends.length === 0 ? updatedAt : Math.max(...ends), now });
    }
  }
}

/** Pure. How long a runner that was lost may still be at work for one of the jobs; 0: none is. */
export function lostRunnerMs(jobs: readonly JobFacts[], now: number | null): number {
  const left = jobs.filter((job) => job.status === 'completed' && !isReported(job)).map(({ completedAt }) => (completedAt === null || now === null ? GRACE_MS : GRACE_MS - Math.max(now - completedAt, 0)));
  return Math.max(0, ...left);
}

/** The runner itself said that it is through with every step, or there never was one. */
function isReported({ status, steps, hadRunner }: JobFacts): boolean {
  return status === 'completed' && (steps.length > 0 ? steps.every((step) => step === 'completed') : !hadRunner);
}

function judgeEnd(ended: string, { isReported: reported, endedAt, now }: { isReported: boolean; endedAt: number | null; now: number | null }): Judgement {
  if (reported) return { kind: 'dead', why: `${ended} without giving the lock back.` };
  if (endedAt === null || now === null) return { kind: 'holds', why: `${ended}, but when is not known.`, freeInMs: null };
  const freeInMs = GRACE_MS - Math.max(now - endedAt, 0);
  if (freeInMs <= 0) return { kind: 'dead', why: `${ended} more than ${GRACE_MS / 1000} s ago without giving the lock back.` };
  return { kind: 'holds', why: `${ended}, but its runner did not report every step and may still be at work: the lock can be taken in ${Math.ceil(freeInMs / 1000)} s.`, freeInMs };
}

function judgeSilence({ ms, steal }: { ms: number; steal: boolean }): Judgement {
  const seen = `The lock has not moved for the ${Math.floor(ms / 1000)} s that it was watched`;
  if (ms >= SILENCE_MS && steal) return { kind: 'dead', why: `${seen}.` };
  return { kind: 'holds', why: `${seen}; after ${SILENCE_MS / 1000} s \`steal\` takes it.`, freeInMs: steal ? SILENCE_MS - ms : null };
}
