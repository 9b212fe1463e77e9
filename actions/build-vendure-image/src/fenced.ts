import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { renewLock } from '@vendure-deploy/shared/lock';
import type { inputs as declared } from './inputs.ts';

/**
 * Renews the lock right before a tag is written, where the step was told which lock it holds. Without one nothing is fenced: a tag with the SHA in it is never
 * written over, and serves nobody until a deploy, which has the lock, names its digest.
 * @throws {UserError} fence-lost
 */
export async function requireFence(context: ActionContext<typeof declared>): Promise<void> {
  const { inputs, signal } = context;
  if (inputs['lock-nonce'] === '') return;
  const why = await renewLock(context, { token: inputs['github-token'], environment: inputs.environment, repository: inputs['lock-repository'], nonce: inputs['lock-nonce'] });
  if (why === null) return;
  signal.throwIfAborted();
  throw new UserError(`build-vendure-image: the deploy lock of ${inputs.environment} is not this run's: ${why}. No tag was written. Acquire it first (deploy-lock, operation acquire), then run this again.`, { reasonCode: 'fence-lost' });
}
