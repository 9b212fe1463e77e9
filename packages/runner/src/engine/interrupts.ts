import type { Interrupt } from '../options.ts';
import type { Run } from './run.ts';

// An interrupt waits for the step's first line, so that its process is really there; a silent step is interrupted after a second.
const LONGEST_WAIT_MS = 1000;

export interface Watch {
  /** With every line that the step's processes wrote. */
  line(text: string): void;
  end(): void;
}

/** What is to happen while this step runs; `job` is the id of the instance, `caller / inner (leg)`. */
export function watchStep(run: Run, job: string, step: string): Watch {
  const timers: NodeJS.Timeout[] = [];
  const due = pending(run, job).filter((one) => one.step === undefined || one.step === step);
  for (const one of due) if (one.line === undefined) timers.push(setTimeout(() => fire(run, one), LONGEST_WAIT_MS));
  return {
    line: (text) => {
      for (const one of due) if (one.line === undefined || text.includes(one.line)) fire(run, one);
    },
    end: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}

/** The job waits for an approval or for a concurrency group: an interrupt that names no step fires. */
export function jobWaits(run: Run, job: string): void {
  for (const one of pending(run, job)) if (one.step === undefined && one.line === undefined) fire(run, one);
}

function pending(run: Run, job: string): Interrupt[] {
  const last = job.split(' / ').at(-1) ?? job;
  const names = [job, last, job.replace(/ \([^/]*\)$/u, ''), last.replace(/ \(.*\)$/u, '')];
  return run.options.interrupts.filter((one) => names.includes(one.job) && !run.fired.has(one));
}

function fire(run: Run, interrupt: Interrupt): void {
  if (run.fired.has(interrupt) || run.cancel.signal.aborted) return;
  run.fired.add(interrupt);
  interrupt.fired?.();
  if (interrupt.signal === 'runner-lost') run.shutdown.abort();
  else run.cancel.abort();
}
