import { UserError } from '@vendure-deploy/shared/action';
import { checkoutFault } from '@vendure-deploy/shared/checkout';

/** An untracked source file would be built in as well. @throws {UserError} checkout-mismatch */
export async function requireCheckout(workspace: string, sha: string): Promise<void> {
  const fault = await checkoutFault(workspace, sha, { untracked: true });
  if (fault === null) return;
  throw new UserError(`cf-worker-deploy: ${fault.why}${fault.files ? '. Remove them, or have git ignore them' : ''}.`, { reasonCode: 'checkout-mismatch' });
}
