import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { type CloudflareClientOptions, cloudflareClient, cloudflarePreviewClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import { refusal } from '../deploy/deploy.ts';
import type { Judgement } from '../deploy/judge.ts';
import { type Looking, type Observed, observer } from '../deploy/observe.ts';
import { layOut, type LaidOut, makeReady, type Ready } from '../deploy/prepare.ts';
import { resultOf } from '../deploy/result.ts';
import { upload } from '../deploy/upload.ts';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { servingText, tell } from './comment.ts';
import { requireOwnPullRequest } from './fork.ts';
import { requireIsolation } from './isolation.ts';
import { judgeBefore, judgePreview, type Subject } from './judge.ts';
import { type Preview, previewOf } from './settings.ts';

type Context = ActionContext<Inputs>;
type Result = ActionResult<Outputs>;

const READ_MS = 5000;

/** The Worker of the pull request serves the commit on its own address, and the pull request says where. */
export async function preview(configured: Target, context: Context): Promise<Result> {
  await requireOwnPullRequest(context.run);
  const wanted = previewOf(configured, context.inputs['pull-request']);
  const tree = await mkdtemp(join(context.temporary, 'preview-'));
  try {
    const given = { ...configured, config: { ...configured.config, worker: wanted.worker, 'wrangler-environment': wanted.wranglerEnvironment } };
    const laidOut = await layOut(given, tree, context);
    requireIsolation({ text: laidOut.text, file: given.config['wrangler-config'], preview: wanted, deploys: configured.deploys });
    return await show(await addressed(given, context), wanted, laidOut, context);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function show(target: Target, wanted: Preview, laidOut: LaidOut, context: Context): Promise<Result> {
  const { inputs, log, http, signal, run } = context;
  const cloudflare = (by: AbortSignal): CloudflareClientOptions => ({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal: by });
  const looking: Looking = (by, expected = null) =>
    observer({ http, cloudflare: cloudflareClient(cloudflare(by)), worker: wanted.worker, versionUrl: target.versionUrl, signal: by, timeoutMs: READ_MS, expected });
  const { sha, surface } = target;
  const subject: Subject = { surface, pullRequest: wanted.pullRequest, worker: wanted.worker, sha, url: target.config['public-url'], again: `gh run rerun ${run.runId}` };
  const anchor = await log.group('Read what serves now', looking(signal));
  signal.throwIfAborted();
  const conclude = async (judgement: Judgement, observed: Observed, more: Record<string, unknown> = {}): Promise<Result> => {
    if (['done', 'skipped'].includes(judgement.decision)) await comment(observed);
    return resultOf(target, anchor, observed, judgement, { 'pull-request': wanted.pullRequest, ...more });
  };
  const early = judgeBefore(subject, anchor, inputs.redeploy);
  if (early !== null) return conclude(early, anchor);
  let ready: Ready;
  try {
    ready = await makeReady(target, laidOut, context);
  } catch (error) {
    return conclude(refusal(error, signal, ''), anchor);
  }
  // The Worker's secrets are the deploy's: what runs a branch gets none of them.
  const { attempt, observed, wrangler } = await upload({ ready, accountId: target.accountId, sha, anchor, secrets: new Map(), looking }, context);
  return conclude(judgePreview(subject, anchor, attempt, observed), observed, { wrangler });

  async function comment({ live }: Observed): Promise<void> {
    if (live.kind !== 'live') return;
    const createdOn = await cloudflareClient(cloudflare(signal)).version(wanted.worker, live.versionId).then((version) => version.createdOn, () => 'unknown');
    await log.group('Comment in the pull request', () => tell(wanted, servingText(wanted, { url: target.config['public-url'], sha, versionId: live.versionId, createdOn }), context, { create: true }));
  }
}

/** The Worker's address, which Cloudflare makes of its name and the account's. @throws {UserError} */
async function addressed(target: Target, { inputs, http, signal }: Context): Promise<Target> {
  try {
    const subdomain = await cloudflarePreviewClient({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal }).accountSubdomain();
    const url = `https://${target.config.worker}.${subdomain}.workers.dev`;
    return { ...target, config: { ...target.config, 'public-url': url }, versionUrl: `${url}${target.config['version-path']}` };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    const cure = error.code === 'not-found' ? 'Choose one for the account: https://dash.cloudflare.com, Workers & Pages, Your subdomain' : `The account is ${target.accountId}, by ${target.accountSource}; see whether the token may read its Workers`;
    throw new UserError(`cf-worker-deploy: the workers.dev name of the account could not be read: ${error.message}. Nothing was uploaded. ${cure}.`, { reasonCode: 'anchor-unreadable' });
  }
}
