import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { shortSha } from '@vendure-deploy/shared/release';
import { pack } from './artifact/pack.ts';
import { requireCheckout } from './checkout.ts';
import { freshBuild } from './fresh-build.ts';
import type { Inputs, Outputs } from './io.ts';
import { requireSuccess, runShopCommand } from './shop-command.ts';
import type { Target } from './target.ts';

/** The clean checkout becomes an artifact that names its commit. */
export async function build(target: Target, context: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const { inputs, log, signal, workspace } = context;
  const { config, environment, sha, surface } = target;
  await requireCheckout(workspace, sha);
  const how = { workspace, seconds: inputs['build-timeout-seconds'], signal, log };
  const install = { ...how, key: 'install', argv: config.install, environment: {} };
  requireSuccess(install, await runShopCommand(install));
  const notes = await freshBuild({ ...how, key: 'build', argv: config.build, environment: { DEPLOY_SHA: sha } });
  const manifest = await log.group('Collect the artifact', () => pack({ workspace, into: target.artifact, paths: config.artifact, wranglerConfig: config['wrangler-config'], sha, surface, environment }));
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    decision: 'done',
    reasonCode: 'built',
    message: `The ${surface} of ${shortSha(sha)} was built from its clean checkout: ${manifest.files.length} files, ${bytes} bytes.`,
    outputs: { url: config['public-url'] },
    result: { surface, environment, sha, files: manifest.files.length, bytes },
    notes,
  };
}
