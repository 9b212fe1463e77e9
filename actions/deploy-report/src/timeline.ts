import type { Job } from '@vendure-deploy/shared/providers/github';

/** A stretch of the deploy's time: a job, or what passed before it (queues, the start of a machine). */
export interface Leg {
  /** null: nothing of ours ran. */
  readonly job: string | null;
  readonly seconds: number;
}

export interface JobTime {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly steps: Job['steps'];
}

export interface Timeline {
  readonly jobs: readonly JobTime[];
  /** From the start of the run to now: had any of these been shorter, so would have been the whole. */
  readonly critical: readonly Leg[];
  /** The longest job of it, and the longest step of that. */
  readonly slowest: { readonly job: string; readonly seconds: number; readonly step: Job['steps'][number] | null } | null;
}

/** Only what has begun; a job that is at work has lasted until now. @param now and the times: milliseconds since the epoch */
export function timelineOf(jobs: readonly Job[], startedAt: number, now: number): Timeline {
  const times = jobs.flatMap(({ name, startedAt: from, completedAt: to, conclusion, steps }) => (from === null || conclusion === 'skipped' ? [] : [{ name: shortName(name), from, to: to ?? now, steps }]));
  const critical = criticalPath(times, startedAt, now);
  const onPath = times.filter(({ name }) => critical.some(({ job }) => job === name));
  const longest = onPath.toSorted((one, other) => other.to - other.from - (one.to - one.from))[0];
  return {
    jobs: times.toSorted((one, other) => one.from - other.from),
    critical,
    slowest: longest === undefined ? null : { job: longest.name, seconds: (longest.to - longest.from) / 1000, step: longest.steps.toSorted((one, other) => other.seconds - one.seconds)[0] ?? null },
  };
}

/**
 * Backwards from the job that ended last: what it waited for is the job that had ended last when it began. GitHub says nothing of `needs`; but a job
 * begins as soon as the last of its needs has ended, so that no other one can have held it up.
 */
function criticalPath(jobs: readonly JobTime[], startedAt: number, now: number): Leg[] {
  const legs: Leg[] = [];
  let until = now;
  for (let job = lastEnded(jobs, now); job !== undefined; job = lastEnded(jobs.filter((one) => one.from < until), until)) {
    pause(legs, until - job.to);
    legs.unshift({ job: job.name, seconds: (job.to - job.from) / 1000 });
    until = job.from;
  }
  pause(legs, until - startedAt);
  return legs;
}

function lastEnded(jobs: readonly JobTime[], by: number): JobTime | undefined {
  return jobs.filter(({ from, to }) => to <= by && from < by).toSorted((one, other) => other.to - one.to || one.from - other.from)[0];
}

function pause(legs: Leg[], ms: number): void {
  if (ms > 0) legs.unshift({ job: null, seconds: ms / 1000 });
}

/** A job of a called workflow is named after its callers, too: `deploy / deploy / vendure`. */
export function shortName(name: string): string {
  return name.split(' / ').at(-1) ?? name;
}
