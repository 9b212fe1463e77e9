import type { Note } from '@vendure-deploy/shared/action';
import { staleOutput, workspacePackages } from '@vendure-deploy/shared/diagnosis';
import { requireSuccess, runShopCommand, type ShopCommand } from './shop-command.ts';

/** As Nx reads them (23.2.1): neither its own cache nor one elsewhere is read, and every task of the command runs. */
const WITHOUT_NX_CACHE = { NX_SKIP_NX_CACHE: 'true', NX_SKIP_REMOTE_CACHE: 'true' };

/**
 * The configured `build`; and once more without Nx's cache, where that gave it a package that was built from other sources. The time that is allowed is
 * for both together.
 * @returns what healed. @throws {UserError} build-failed
 */
export async function freshBuild(command: ShopCommand): Promise<readonly Note[]> {
  const first = await runShopCommand(command);
  const stale = first.kind === 'failed' ? staleOutput(first.lastWords, await workspacePackages(command.workspace)) : null;
  if (first.kind !== 'failed' || stale === null) {
    requireSuccess(command, first);
    return [];
  }
  command.log.warning(`cf-worker-deploy: the build misses ${stale.module}, which a package of this workspace builds: Nx's cache may have restored the output of other sources. Once more, without that cache.`);
  const second = await runShopCommand({ ...command, environment: { ...command.environment, ...WITHOUT_NX_CACHE }, seconds: Math.max(1, command.seconds - first.seconds) }, 'build without the Nx cache');
  requireSuccess(command, second, `The first run of it missed ${stale.module}, and a rebuild without Nx's cache did not help either.`);
  return [{ kind: 'healed', what: `The build missed ${stale.module}, and succeeded when it was repeated without Nx's cache.` }];
}
