import type { JobOutcome } from '../outcome.ts';
import type { JobResult } from './jobs.ts';
import type { Run } from './run.ts';

export function report(run: Run, outcome: JobOutcome): void {
  run.jobs.push(outcome);
  run.options.observer?.jobEnded(outcome);
}

/** The job could not even start: its matrix, its name or its inputs could not be evaluated. */
export function failedToStart(run: Run, id: string, error: unknown): JobResult {
  const message = error instanceof Error ? error.message : String(error);
  run.annotations.push({ job: id, level: 'error', message, file: null, line: null, title: null });
  report(run, { id, name: id, result: 'failure', seconds: 0, outputs: {}, steps: [] });
  return { result: 'failure', outputs: {}, ran: true };
}

/** The job never started: something cancelled it while it waited. */
export function cancelledBefore(run: Run, id: string, name: string, why: string | null): JobResult {
  if (why !== null) run.annotations.push({ job: id, level: 'error', message: why, file: null, line: null, title: null });
  report(run, { id, name, result: 'cancelled', seconds: 0, outputs: {}, steps: [] });
  return { result: 'cancelled', outputs: {}, ran: true };
}
