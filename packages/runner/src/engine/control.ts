import type { StepWork } from '../plan/types.ts';
import type { JobState } from './job-state.ts';
import type { Worked } from './work-request.ts';

/** `wait`, `wait-all` and `cancel`: what they cover becomes visible now (B2, B4). */
export async function runControl(work: Extract<StepWork, { kind: 'wait' | 'cancel' }>, job: JobState, signal: AbortSignal): Promise<Worked> {
  if (work.kind === 'cancel') {
    await job.background.cancel(work.id);
    return 'success';
  }
  return job.background.wait(work.ids === 'all' ? job.background.open() : work.ids, signal);
}
