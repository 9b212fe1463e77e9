import { processGroups } from '../../machine-config.ts';
import { textOf } from '../error.ts';
import { scopeIn } from '../scope.ts';
import { type Deployment, statusLine } from './deployment.ts';
import { destroyByForce, spawn } from './spawn.ts';

/** One new Machine per process group first, taken away again when it is well. One that is not stays as it is (measured). */
export async function deployCanaries(deployment: Deployment): Promise<void> {
  const groups = processGroups(deployment.toml);
  const scope = scopeIn(deployment.signal);
  const failures: unknown[] = [];
  await Promise.all(groups.map(async (group, index) => {
    const line = statusLine(index + 1, groups.length);
    line.running(`Creating canary machine for group ${group}`);
    try {
      const held = await spawn(deployment, group, {
        line,
        signal: scope.signal,
        adapt: (config) => ({ ...config, metadata: { ...config.metadata, fly_canary: 'true' }, dns: { skip_registration: true } }),
      }).catch((error: unknown) => {
        line.failure(`Failed to create canary machine: ${textOf(error).split('\n')[0] ?? ''}`);
        throw error;
      });
      await destroyByForce(deployment, held);
    } catch (error) {
      failures.push(error);
      scope.cancel();
    }
  }));
  if (failures.length > 0) throw failures[0];
}
