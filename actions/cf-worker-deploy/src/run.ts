import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { awaitBuild } from './await-build.ts';
import { build } from './build.ts';
import { deploy } from './deploy/deploy.ts';
import { gradual } from './gradual/gradual.ts';
import { returnTo } from './gradual/return-to.ts';
import type { Inputs, Outputs } from './io.ts';
import { closeLane } from './lane/close.ts';
import { openLane } from './lane/open.ts';
import { preview } from './preview/preview.ts';
import { removePreview } from './preview/remove.ts';
import { ensureResources } from './resources/ensure.ts';
import { readTarget } from './target.ts';

/** One Worker, one operation: the job that builds holds no secret, the job that deploys runs nothing of the build. */
export async function run(context: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const target = await readTarget(context);
  switch (target.operation) {
    case 'build': return build(target, context);
    case 'await-build': return awaitBuild(target, context);
    case 'deploy': return deploy(target, context);
    case 'gradual': return gradual(target, context);
    case 'return': return returnTo(target, context);
    case 'open-lane': return openLane(target, context);
    case 'close-lane': return closeLane(target, context);
    case 'preview': return preview(target, context);
    case 'preview-delete': return removePreview(target, context);
    case 'ensure-resources': return ensureResources(target, context);
  }
}
