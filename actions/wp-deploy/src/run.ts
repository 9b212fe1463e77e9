import { UserError } from '@vendure-deploy/shared/action';
import { build } from './build.ts';
import { deploy } from './deploy/deploy.ts';
import { returnTo } from './deploy/return-to.ts';
import { status } from './deploy/status.ts';
import { HostLost } from './host/host.ts';
import type { Context, Result } from './io.ts';
import { readTarget, type Target } from './target.ts';

/** One plugin on one host, one operation: the job that builds holds no secret, the job that deploys runs nothing of the build. */
export async function run(context: Context): Promise<Result> {
  const target = await readTarget(context);
  try {
    return await operate(target, context);
  } catch (error) {
    context.signal.throwIfAborted();
    // The switch itself never lets it through: it finds out what is live.
    if (error instanceof HostLost) throw new UserError(`wp-deploy: ${target.config.host}: ${error.message}. Nothing was switched. Start this run again.`, { reasonCode: 'host-unreachable', cause: error });
    throw error;
  }
}

function operate(target: Target, context: Context): Promise<Result> {
  switch (target.operation) {
    case 'build': return build(target, context);
    case 'deploy': return deploy(target, context);
    case 'return': return returnTo(target, context);
    case 'status': return status(target, context);
  }
}
