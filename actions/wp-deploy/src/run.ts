import { build } from './build.ts';
import { deploy } from './deploy/deploy.ts';
import { returnTo } from './deploy/return-to.ts';
import { status } from './deploy/status.ts';
import type { Context, Result } from './io.ts';
import { readTarget } from './target.ts';

/** One plugin on one host, one operation: the job that builds holds no secret, the job that deploys runs nothing of the build. */
export async function run(context: Context): Promise<Result> {
  const target = await readTarget(context);
  switch (target.operation) {
    case 'build': return build(target, context);
    case 'deploy': return deploy(target, context);
    case 'return': return returnTo(target, context);
    case 'status': return status(target, context);
  }
}
