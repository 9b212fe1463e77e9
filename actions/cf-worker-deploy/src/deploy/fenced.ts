import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { renewLock } from '@vendure-deploy/shared/lock';
import type { Inputs } from '../io.ts';

/** Renews the lock right before the step that cannot be taken back. @throws {UserError} fence-lost */
export async function requireFence(context: ActionContext<Inputs>): Promise<void> {
  const { inputs, log, signal } = context;
  if (inputs['github-token'].isEmpty) {
    log.warning('No github-token was given: the deploy lock is not renewed before the first write.');
    return;
  }
  const why = await renewLock(context, inputs['github-token'], inputs.environment);
  if (why === null) return;
  signal.throwIfAborted();
  throw new UserError(`cf-worker-deploy: the deploy lock of ${inputs.environment} is not this run's: ${why}. Acquire it first (deploy-lock, operation acquire), then run this again.`, { reasonCode: 'fence-lost' });
}
