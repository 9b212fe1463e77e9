import { resolve } from 'node:path';
import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { checkoutFault } from '@vendure-deploy/shared/checkout';
import { environmentOf, loadConfig, surfaceOf } from '@vendure-deploy/shared/config';
import { parseImageRepository, registryClient } from '@vendure-deploy/shared/providers/registry';
import { buildAndPush, imageLabels } from './buildx/index.ts';
import { imageTag } from './image-tag.ts';
import type { inputs } from './inputs.ts';
import { failure, judgeBuilt, judgeLookup, type ImageOutputs, type Wanted } from './verdict.ts';

export async function run(context: ActionContext<typeof inputs>): Promise<ActionResult<ImageOutputs>> {
  const { inputs, log, http, workspace } = context;
  const config = await loadConfig(resolve(workspace, inputs.config));
  environmentOf(config, inputs.environment);
  const surface = surfaceOf(config, inputs.environment, 'vendure');
  const wanted: Wanted = { tag: imageTag(inputs['image-tag'], inputs.environment, inputs.sha), sha: inputs.sha, repository: surface['image-repository'] };
  const repository = parseImageRepository(wanted.repository);
  const registry = registryClient({ http, token: inputs['registry-token'], repository });

  const found = await log.group('Look for the image of this commit', () => registry.lookUp(wanted.tag));
  const ending = judgeLookup(found, wanted, inputs['require-prebuilt']);
  if (ending !== null) return ending;

  const fault = await checkoutFault(workspace, wanted.sha, { untracked: false });
  if (fault !== null) return failure('checkout-mismatch', wanted, fault.why, found);
  const created = new Date(context.clock.now()).toISOString();
  const built = await buildAndPush({
    reference: `${wanted.repository}:${wanted.tag}`, dockerfile: surface.dockerfile, context: surface.context, platform: 'linux/amd64',
    buildArguments: { DEPLOY_SHA: wanted.sha, BUILT_AT: created }, secrets: {},
    labels: imageLabels({ sha: wanted.sha, tag: wanted.tag, source: `${context.run.serverUrl}/${context.run.repository}`, created }),
    login: { host: repository.host, username: 'x', token: inputs['registry-token'] },
    cache: { choice: 'auto', registryCacheTo: false, mode: 'min', directory: resolve(context.environment['HOME'] ?? context.temporary, '.cache/vendure-deploy/images', repository.name), registryReference: `${wanted.repository}:cache` },
    // A cold build of a Vendure server takes 5 to 10 minutes on a hosted runner; the job's own limit is 30.
    deadlineMs: 25 * 60_000, attemptMs: null, appExists: () => Promise.resolve('unknown'), logFile: resolve(context.temporary, 'image-build.log'),
    workspace, temporary: context.temporary, environment: process.env, clock: context.clock, log, signal: context.signal,
  });
  context.signal.throwIfAborted();
  return judgeBuilt(built, await log.group('Read the image back', () => registry.lookUp(wanted.tag)), wanted);
}
