import { valueOf } from '../expressions/evaluate.ts';
import { slotFlag } from '../expressions/values.ts';
import type { StepPlan } from '../plan/types.ts';
import { contextsOf, type Scope, statusOf } from './scope.ts';

/** `continue-on-error` of a step that failed (S5). */
export function continues(step: StepPlan, scope: Scope, environment: Readonly<Record<string, string>>, say: (message: string) => void): boolean {
  if (step.continueOnError === null) return false;
  try {
    return slotFlag(valueOf(step.continueOnError, contextsOf(scope, environment), statusOf(scope)));
  } catch (error) {
    say('The step failed and an error occurred when attempting to determine whether to continue on error.');
    say(error instanceof Error ? error.message : String(error));
    return false;
  }
}
