import { holds, textMap } from '../expressions/evaluate.ts';
import type { Result } from '../outcome.ts';
import type { StepPlan } from '../plan/types.ts';
import { runControl } from './control.ts';
import { continues } from './continue.ts';
import { deferredEffects, jobEffects } from './effects.ts';
import { watchStep } from './interrupts.ts';
import { type Limit, limitOf } from './limit.ts';
import { contextsOf, type Scope, statusOf } from './scope.ts';
import { nameOf } from './step-name.ts';
import { performWork } from './work.ts';
import type { Done, Work } from './work-request.ts';

/** One step of a job: its env, its condition, its work under its own time limit, and what that means for the job. */
export async function runStep(step: StepPlan, scope: Scope): Promise<void> {
  const { job } = scope;
  const started = performance.now();
  const outputs: Record<string, string> = {};
  const say = (message: string): void => job.log.annotate(step.id, { level: 'error', message });
  let environment: Record<string, string> = {};
  let known: string | null = null;
  const name = (): string => (known ??= nameOf(step, scope, environment));
  const finish = (outcome: Result, conclusion: Result): void => {
    const seen = Object.keys(outputs).length > 0 || outcome !== 'skipped' ? outputs : {};
    if (step.hasId) scope.steps[step.id] = { outputs: seen, outcome, conclusion };
    // Only a failed step changes the job, and never a cancelled one (S7).
    if (conclusion === 'failure' && job.status === 'success') job.status = 'failure';
    record(outcome, conclusion);
  };
  const record = (outcome: Result, conclusion: Result): void => {
    job.outcomes.push({ id: step.id, name: name(), outcome, conclusion, started: (started - job.request.run.began) / 1000, seconds: (performance.now() - started) / 1000 });
  };
  if (job.request.cancel.signal.aborted) job.status = 'cancelled';
  if (job.request.run.shutdown.signal.aborted) return finish('skipped', 'skipped');
  try {
    // Before the condition, which sees it; an error here is not forgiven by continue-on-error (S4).
    environment = textMap(step.env, contextsOf(scope, {}, { action: step.id }), statusOf(scope));
    if (!holds(step.condition, contextsOf(scope, environment, { action: step.id }), statusOf(scope))) return finish('skipped', 'skipped');
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return finish('failure', 'failure');
  }
  const place = () => ({ contexts: contextsOf(scope, environment, { action: step.id }), status: statusOf(scope) });
  const limit = limitOf({ step, job, place, around: null, always: step.background, onError: say });
  const work = (effects: Work['effects'], within: Limit): Work => ({ step, scope, usage: scope.usages.get(step) ?? null, environment, limit: within, effects, log: step.id, name: name(), onLine: () => undefined, outputs, perform: performWork });
  const forgiven = (outcome: Result): Result => (outcome === 'failure' && continues(step, scope, environment, say) ? 'success' : outcome);
  if (step.background) {
    const effects = deferredEffects(job);
    return job.background.start(step.id, limit, {
      perform: (within) => ended(work(effects, within), say),
      forgiven,
      record,
      flush: (outcome, conclusion) => {
        effects.flush();
        if (step.hasId) scope.steps[step.id] = { outputs, outcome, conclusion };
      },
    });
  }
  try {
    const outcome = step.work.kind === 'wait' || step.work.kind === 'cancel' ? await runControl(step.work, job, limit.signal) : await ended(work(jobEffects(job), limit), say);
    // On a wait the runner does not look at continue-on-error, whatever the docs say (B3).
    finish(outcome, step.work.kind === 'wait' ? outcome : forgiven(outcome));
  } finally {
    limit.release();
  }
}

async function ended(work: Work, say: (message: string) => void): Promise<Exclude<Result, 'skipped'>> {
  const { limit, scope, step } = work;
  const watch = watchStep(scope.job.request.run, scope.job.request.id, step.id);
  const { result, settled } = await performWork({ ...work, onLine: watch.line }).catch((error: unknown): Done => {
    if (limit.reason() === null) say(error instanceof Error ? error.message : String(error));
    return { result: 'failure', settled: false };
  });
  watch.end();
  if (settled || limit.reason() === null) return result;
  // Even exit 0 after the signal is 'cancelled' (X2); the time limit makes 'failure' (S6).
  if (limit.reason() === 'cancel') return 'cancelled';
  say(`The action '${work.name}' has timed out after ${limit.minutes} minutes.`);
  return 'failure';
}
