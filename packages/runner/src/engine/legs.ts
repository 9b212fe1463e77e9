import { type Contexts, textOf, valueOf } from '../expressions/evaluate.ts';
import { slotFlag, slotNumber } from '../expressions/values.ts';
import { expandMatrix, type Leg } from '../matrix/expand.ts';
import type { Result } from '../outcome.ts';
import type { JobPlan } from '../plan/types.ts';
import { runInstance } from './instance.ts';
import type { Calling, JobResult } from './jobs.ts';
import { cancelledBefore, failedToStart, report } from './report.ts';

export interface Instances {
  readonly job: JobPlan;
  readonly calling: Calling;
  /** github, needs, inputs and vars. */
  readonly contexts: Contexts;
  readonly id: string;
  readonly reran: boolean;
  /** The job's `if`, asked again when the run is cancelled (X1). */
  readonly stillHolds: () => boolean;
  /** The jobs of a called workflow. */
  readonly runJobs: (calling: Calling) => Promise<{ states: ReadonlyMap<string, JobResult> }>;
}

/** A job as one instance, or one per leg of its matrix. */
export async function runLegs(request: Instances): Promise<JobResult> {
  const { job, contexts } = request;
  const given = job.strategy?.matrix ?? null;
  const legs: (Leg | null)[] = given === null ? [null] : expandMatrix(valueOf(given, contexts));
  const failFast = job.strategy?.failFast ?? null;
  const strict = failFast === null || slotFlag(valueOf(failFast, contexts));
  const most = job.strategy?.maxParallel ?? null;
  const wanted = most === null ? 0 : Math.trunc(slotNumber(valueOf(most, contexts)));
  const maxParallel = wanted > 0 ? wanted : legs.length;
  // Everything was excluded.
  if (legs.length === 0) return skipped(request);
  const cancels = legs.map(() => new AbortController());
  const results: (JobResult & { readonly end: number })[] = [];
  let next = 0;
  const runNext = async (): Promise<void> => {
    for (let index = next; index < legs.length; index = next) {
      next += 1;
      const result = await runLeg(request, legs[index] ?? null, { index, total: legs.length, strict, maxParallel, cancel: cancels[index] as AbortController });
      results.push({ ...result, end: performance.now() });
      // A failed leg cancels the running and the waiting ones (J6).
      if (result.result === 'failure' && strict) for (const [other, cancel] of cancels.entries()) if (other !== index) cancel.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxParallel, legs.length) }, runNext));
  // The last leg to end that sets a value wins.
  const outputs = Object.assign({}, ...results.map((result) => result.outputs)) as Record<string, string>;
  return { result: aggregate(results.map((result) => result.result)), outputs, ran: results.some((result) => result.ran) };
}

function skipped({ calling, id, job }: Instances): JobResult {
  report(calling.run, { id, name: [...calling.names, job.id].join(' / '), result: 'skipped', seconds: 0, outputs: {}, steps: [] });
  return { result: 'skipped', outputs: {}, ran: false };
}

interface Strategy {
  readonly index: number;
  readonly total: number;
  readonly strict: boolean;
  readonly maxParallel: number;
  readonly cancel: AbortController;
}

async function runLeg(request: Instances, leg: Leg | null, strategy: Strategy): Promise<JobResult> {
  const { job, calling } = request;
  const label = leg === null || leg.label === '' ? '' : ` (${leg.label})`;
  const id = `${request.id}${label}`;
  const contexts: Contexts = {
    ...request.contexts,
    strategy: { 'fail-fast': strategy.strict, 'job-index': strategy.index, 'job-total': strategy.total, 'max-parallel': strategy.maxParallel },
    matrix: leg === null ? null : leg.matrix,
  };
  try {
    const name = shortened([...calling.names, nameOf(job, contexts, label)].join(' / '));
    if (strategy.cancel.signal.aborted) return cancelledBefore(calling.run, id, name, null);
    return await runInstance({ ...request, id, name, label, contexts, cancel: strategy.cancel });
  } catch (error) {
    return failedToStart(calling.run, id, error);
  }
}

/** A name with an expression is what it says; any other gets the leg's values (JobNameBuilder.cs). */
function nameOf(job: JobPlan, contexts: Contexts, label: string): string {
  if (job.name?.kind === 'expression') return textOf(job.name, contexts) || `${job.id}${label}`;
  return `${job.name === null ? job.id : textOf(job.name, contexts) || job.id}${label}`;
}

// JobNameBuilder.cs.
const LONGEST_NAME = 100;

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 3)}...` : name;
}

/** One failed leg makes the job fail, also when fail-fast has cancelled the others (J6). */
function aggregate(results: readonly Result[]): Result {
  for (const result of ['failure', 'cancelled', 'success'] as const) if (results.includes(result)) return result;
  return 'skipped';
}
