import { holds, textMap } from '../expressions/evaluate.ts';
import type { Result } from '../outcome.ts';
import type { StepPlan } from '../plan/types.ts';
import { continues } from './continue.ts';
import { limitOf } from './limit.ts';
import { contextsOf, type Scope, statusOf } from './scope.ts';
import { nameOf } from './step-name.ts';
import { type Done, merged, type Work, type Worked } from './work-request.ts';

export interface InnerResult {
  readonly conclusion: Result;
  /** Its condition could not be evaluated: the composite stops here (CompositeActionHandler.cs). */
  readonly broken: boolean;
}

/** One step inside a composite; its lines and annotations are those of the step that uses the composite. */
export async function runInnerStep(step: StepPlan, scope: Scope, outer: Work): Promise<InnerResult> {
  const { job } = scope;
  const say = (message: string): void => job.log.annotate(outer.log, { level: 'error', message });
  const outputs: Record<string, string> = {};
  const finish = (outcome: Result, conclusion: Result, broken = false): InnerResult => {
    if (step.hasId) scope.steps[step.id] = { outputs, outcome, conclusion };
    return { conclusion, broken };
  };
  if (job.request.cancel.signal.aborted) job.status = 'cancelled';
  let environment: Record<string, string> = {};
  let before: Worked = 'success';
  try {
    environment = textMap(step.env, contextsOf(scope), statusOf(scope));
  } catch (error) {
    // The step is failed, and still run (CompositeActionHandler.cs).
    before = 'failure';
    say(textOfError(error));
  }
  const place = () => ({ contexts: contextsOf(scope, environment), status: statusOf(scope) });
  try {
    const { contexts, status } = place();
    if (job.request.run.shutdown.signal.aborted || !holds(step.condition, contexts, status)) return finish('skipped', 'skipped');
  } catch (error) {
    say(textOfError(error));
    return finish('failure', 'failure', true);
  }
  const limit = limitOf({ step, job, around: outer.limit, onError: say, place: () => ({ ...place(), status: cancelledStatus(scope) }) });
  try {
    const work: Work = { ...outer, step, scope, usage: scope.usages.get(step) ?? null, environment, limit, outputs, name: nameOf(step, scope, environment) };
    const outcome = merged(before, await ended(work, say));
    return finish(outcome, outcome === 'failure' && continues(step, scope, environment, say) ? 'success' : outcome);
  } finally {
    limit.release();
  }
}

async function ended(work: Work, say: (message: string) => void): Promise<Worked> {
  const { result, settled } = await work.perform(work).catch((error: unknown): Done => {
    if (work.limit.reason() === null) say(textOfError(error));
    return { result: 'failure', settled: false };
  });
  if (settled || work.limit.reason() === null) return result;
  if (work.limit.reason() === 'cancel') return 'cancelled';
  say('The action has timed out.');
  return 'failure';
}

/** When the job is cancelled, github.action_status is 'cancelled' for the question whether the step goes on. */
function cancelledStatus(scope: Scope): ReturnType<typeof statusOf> {
  const status = statusOf(scope);
  return scope.job.status === 'cancelled' ? { ...status, success: () => false, failure: () => false } : status;
}

function textOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
