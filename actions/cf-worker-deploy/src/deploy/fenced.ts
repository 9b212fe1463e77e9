import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { refuseUnrenewable, renewLock } from '@vendure-deploy/shared/lock';
import type { Inputs } from '../io.ts';
import type { Target } from '../target.ts';
import { type Ready, requireZones } from './prepare.ts';

/** The last checks before the first write, side by side: the zones of the routes are there, and the lock is ours. @throws {UserError} */
export async function lastChecks(target: Target, ready: Ready, context: ActionContext<Inputs>): Promise<void> {
  const { log, signal } = context;
  const checks = await log.group('Renew the deploy lock, and look for the zones of the routes', () => Promise.allSettled([requireFence(context), requireZones(target, ready, context)]));
  signal.throwIfAborted();
  for (const check of checks) if (check.status === 'rejected') throw check.reason;
}

/** Renews the lock right before the step that cannot be taken back. @throws {UserError} fence-lost */
export async function requireFence(context: ActionContext<Inputs>): Promise<void> {
  const { inputs, log, signal } = context;
  refuseUnrenewable(inputs);
  if (inputs['github-token'].isEmpty) {
    log.warning('No github-token was given: the deploy lock is not renewed before the first write.');
    return;
  }
  const why = await renewLock(context, { token: inputs['github-token'], environment: inputs.environment, repository: inputs['lock-repository'], nonce: inputs['lock-nonce'] });
  if (why === null) return;
  signal.throwIfAborted();
  throw new UserError(`cf-worker-deploy: the deploy lock of ${inputs.environment} is not this run's: ${why}. Acquire it first (deploy-lock, operation acquire), then run this again.`, { reasonCode: 'fence-lost' });
}
