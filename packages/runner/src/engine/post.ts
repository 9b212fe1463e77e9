import { holds, textMap } from '../expressions/evaluate.ts';
import type { StepPlan } from '../plan/types.ts';
import { jobEffects } from './effects.ts';
import { limitOf } from './limit.ts';
import { contextsOf, type Scope, statusOf } from './scope.ts';
import type { Usage } from './usage.ts';
import { performWork } from './work.ts';
import type { Work, Worked } from './work-request.ts';

/** Something to do for one step before or after all others. */
export interface Side {
  readonly stage: 'pre' | 'post';
  readonly step: StepPlan;
  readonly name: string;
  readonly condition: string;
  perform(work: Work): Promise<Worked>;
}

/** A pre or a post as a step of its own, with its own condition and log; judged by job.status (S8, S9). */
export async function runSide(side: Side, jobScope: Scope, usage: Usage | null): Promise<void> {
  const { job } = jobScope;
  const started = performance.now();
  const id = `${side.stage}-${side.step.id}`;
  const name = `${side.stage === 'pre' ? 'Pre' : 'Post'} ${side.name}`;
  const finish = (result: Worked | 'skipped'): void => {
    if (result === 'failure' && job.status === 'success') job.status = 'failure';
    job.outcomes.push({ id, name, outcome: result, conclusion: result, started: (started - job.request.run.began) / 1000, seconds: (performance.now() - started) / 1000 });
  };
  const say = (message: string): void => job.log.annotate(id, { level: 'error', message });
  if (job.request.run.shutdown.signal.aborted) return;
  if (job.request.cancel.signal.aborted) job.status = 'cancelled';
  const scope: Scope = { ...jobScope, stage: side.stage };
  try {
    // Again, with the env as it is now.
    const environment = textMap(side.step.env, contextsOf(scope), statusOf(scope));
    const place = () => ({ contexts: contextsOf(scope, environment), status: statusOf(scope) });
    if (!holds(side.condition, place().contexts, place().status)) return finish('skipped');
    const step = { ...side.step, condition: side.condition, timeoutMinutes: null };
    const limit = limitOf({ step, job, place, around: null, onError: say });
    try {
      const result = await side.perform({ step: side.step, scope, usage, environment, limit, effects: jobEffects(job), log: id, name: side.name, onLine: () => undefined, outputs: {}, perform: performWork });
      finish(limit.reason() === 'cancel' ? 'cancelled' : result);
    } finally {
      limit.release();
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    finish('failure');
  }
}
