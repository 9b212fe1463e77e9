import { type Contexts, holds, type StatusFunctions, valueOf } from '../expressions/evaluate.ts';
import { slotNumber } from '../expressions/values.ts';
import type { StepPlan } from '../plan/types.ts';
import type { JobState } from './job-state.ts';

/** How a running step may be ended from outside. */
export interface Limit {
  readonly signal: AbortSignal;
  readonly minutes: number;
  /** Its own time, or that of the composite around it, is over. */
  readonly timedOut: AbortSignal;
  reason(): 'timeout' | 'cancel' | null;
  release(): void;
}

interface Limited {
  readonly step: StepPlan;
  readonly job: JobState;
  /** Asked again when the job is cancelled: with job.status 'cancelled' already. */
  readonly place: () => { contexts: Contexts; status: StatusFunctions };
  /** Of the composite around it: it hands its remaining time to its steps (S6). */
  readonly around: Limit | null;
  /** A background step is cancelled with its job whatever its condition says (BackgroundStepCoordinator.cs). */
  readonly always?: boolean;
  readonly onError: (message: string) => void;
}

/** A step ends by its own timeout, or by a cancel of the job, unless its condition holds for a cancelled job too (X1). */
export function limitOf({ step, job, place, around, always = false, onError }: Limited): Limit {
  const controller = new AbortController(), time = new AbortController();
  let reason: 'timeout' | 'cancel' | null = null;
  const end = (why: 'timeout' | 'cancel'): void => {
    reason ??= why;
    if (why === 'timeout') time.abort();
    controller.abort();
  };
  const onCancel = (): void => {
    job.status = 'cancelled';
    if (always || !stillHolds()) end('cancel');
  };
  const stillHolds = (): boolean => {
    try {
      const { contexts, status } = place();
      return holds(step.condition, contexts, status);
    } catch (error) {
      onError(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  const onTime = (): void => end('timeout');
  const minutes = minutesOf(step, place, onError);
  const timer = minutes > 0 ? setTimeout(onTime, minutes * job.request.run.timing.minuteMs) : undefined;
  const { signal } = job.request.cancel;
  // A step that starts after the cancel is not touched by it (StepsRunner.cs registers no callback then).
  if (!signal.aborted) signal.addEventListener('abort', onCancel, { once: true });
  if (around?.timedOut.aborted === true) onTime();
  around?.timedOut.addEventListener('abort', onTime, { once: true });
  return {
    signal: controller.signal,
    minutes,
    timedOut: time.signal,
    reason: () => reason,
    release: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onCancel);
      around?.timedOut.removeEventListener('abort', onTime);
    },
  };
}

/** 0.9 is read as 0: no limit (S6). An error means no limit, and says so (S4). */
function minutesOf(step: StepPlan, place: Limited['place'], onError: (message: string) => void): number {
  if (step.timeoutMinutes === null) return 0;
  try {
    const { contexts, status } = place();
    return Math.trunc(slotNumber(valueOf(step.timeoutMinutes, contexts, status)));
  } catch (error) {
    onError('An error occurred when attempting to determine the step timeout.');
    onError(error instanceof Error ? error.message : String(error));
    return 0;
  }
}
