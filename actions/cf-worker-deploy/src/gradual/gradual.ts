import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, type ActionResult, lasting, UserError } from '@vendure-deploy/shared/action';
import { cloudflareClient } from '@vendure-deploy/shared/providers/cloudflare';
import { deploy, refusal } from '../deploy/deploy.ts';
import { lastChecks } from '../deploy/fenced.ts';
import { judgeAnchor, type Judgement, nowServes } from '../deploy/judge.ts';
import { type Observed, observer } from '../deploy/observe.ts';
import { planOf } from '../deploy/plan.ts';
import { prepare, type Ready } from '../deploy/prepare.ts';
import { resultOf } from '../deploy/result.ts';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { uploadArguments } from '../wrangler/arguments.ts';
import { callWrangler, type Said } from '../wrangler/call.ts';
import { arrive } from './arrive.ts';
import { asker, type Wanted } from './ask.ts';
import { type Ended, judgeGradual, noWayBack } from './judge.ts';
import { pagesOf, rollOut } from './roll-out.ts';
import { readSoak, readSteps } from './steps.ts';

type Context = ActionContext<Inputs>;
type Result = ActionResult<Outputs>;

const READ_MS = 5000;
// Of the six seconds after a cancel; the rest is for the last words themselves.
const RETURN_MS = 5000;

/** Anchor, prepare, upload, then step by step, each read back and watched; whatever goes wrong, or a cancel, returns to the anchor's version. */
export async function gradual(target: Target, context: Context): Promise<Result> {
  const { inputs, log, http, clock, signal, temporary } = context;
  const steps = readSteps(inputs.steps, target.config.gradual);
  readSoak(inputs['soak-seconds'], target.config.gradual);
  const plan = planOf(target, inputs.workflow || context.run.workflowFile);
  const token = inputs['cloudflare-api-token'];
  const look = (by: AbortSignal): Promise<Observed> =>
    observer({ http, cloudflare: cloudflareClient({ http, token, accountId: target.accountId, signal: by }), worker: plan.worker, versionUrl: target.versionUrl, signal: by, timeoutMs: READ_MS })();
  const anchor = await log.group('Read what serves now', () => look(signal));
  signal.throwIfAborted();
  const conclude = (judgement: Judgement, observed: Observed, more: Record<string, unknown> = {}): Result => resultOf(target, anchor, observed, judgement, more);
  const early = judgeAnchor(plan, anchor, inputs.redeploy);
  if (early !== null) return conclude(early, anchor);
  if (anchor.live.kind !== 'live') return first(target, context);

  const old: Wanted = { id: anchor.live.versionId, sha: anchor.live.tag ?? (anchor.public.kind === 'serves' ? anchor.public.sha : null) };
  const unproven = await log.group('See that there is a way back', () => arrive({
    ask: asker({ http, worker: plan.worker, signal }), page: pagesOf(target)[0], pinned: null, wanted: old, clock, signal, log,
    budgetMs: inputs['propagation-seconds'] * 1000, intervalMs: inputs['read-interval-seconds'] * 1000,
  }));
  signal.throwIfAborted();
  if (unproven !== null) return conclude(noWayBack(plan, old.id, unproven), anchor);
  const tree = await mkdtemp(join(temporary, 'worker-'));
  try {
    let ready: Ready;
    try {
      ready = await prepare(target, tree, context);
      requireAffinity(target, ready, inputs['version-affinity']);
      await lastChecks(target, ready, context);
    } catch (error) {
      return conclude(refusal(error, signal, nowServes(plan, anchor)), anchor);
    }
    const { wrangler, config, wranglerEnvironment: environment, name } = ready;
    const message = `${context.run.runUrl} by @${context.run.actor}`;
    const call = (args: readonly string[], cwd: string | null, by: AbortSignal, secrets: ReadonlyMap<string, Secret> = new Map()): Promise<Said> =>
      callWrangler({ wrangler, args, cwd, accountId: target.accountId, token, secrets, temporary, seconds: inputs['wrangler-timeout-seconds'], signal: by, log });
    const late = lasting(signal, RETURN_MS);
    const uploaded = await log.group(`Upload with wrangler ${wrangler.version}`, () => call(uploadArguments({ config, environment, name, sha: plan.sha, message }), ready.cwd, signal, inputs['worker-secrets']));
    const missing = signal.aborted ? 'cancelled during the upload' : uploadFault(uploaded);
    const freshId = missing === null ? uploaded.versionId : null;
    const ended: Ended = freshId === null
      ? { kind: 'not-uploaded', why: missing ?? '' }
      : await rollOut({ target, ready, course: { old, fresh: { id: freshId, sha: plan.sha }, steps, pages: pagesOf(target) }, from: { deploymentId: anchor.live.deploymentId, pending: [] }, message, late, call }, context);
    const observed = await look(late);
    return conclude(judgeGradual(plan, { old: old.id, fresh: freshId }, ended, observed), observed, { wrangler: { version: wrangler.version }, gradual: { ...ended, steps, 'old-version-id': old.id, 'new-version-id': freshId } });
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** wrangler cannot upload a version of a Worker that is not there, and there is nothing to shift traffic from. */
async function first(target: Target, context: Context): Promise<Result> {
  const why = `Nothing of ${target.config.worker} was ever deployed: there is no version to shift traffic from, so this first deployment is atomic.`;
  context.log.notice(why);
  const result = await deploy(target, context);
  return { ...result, message: `${result.message} ${why}`, result: { ...result.result, gradual: { kind: 'atomic' } } };
}

/** While two versions serve, the HTML of one asks for the hashed files of the other, and gets 404 (Cloudflare's documentation, "Gradual deployments"). */
function requireAffinity(target: Target, { configuration }: Ready, acknowledged: boolean): void {
  if (acknowledged || configuration.assets === null) return;
  throw new UserError(`cf-worker-deploy: ${target.config.worker} has assets, and while two versions serve, a page of one asks the other for its files. Let the zone keep a visitor on one version (a Transform Rule that sets Cloudflare-Workers-Version-Key), then set \`version-affinity: true\`; or use operation deploy.`);
}

function uploadFault({ exitCode, timedOut, versionId, firstError }: Said): string | null {
  if (timedOut) return 'wrangler did not end in time';
  if (exitCode !== 0) return `wrangler could not upload${firstError === '' ? '' : `: ${firstError}`}`;
  return versionId === null ? 'wrangler said that it uploaded a version, but not which' : null;
}
