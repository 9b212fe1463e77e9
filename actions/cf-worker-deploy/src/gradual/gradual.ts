import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { cloudflareClient } from '@vendure-deploy/shared/providers/cloudflare';
import { deploy, refusal } from '../deploy/deploy.ts';
import { requireFence } from '../deploy/fenced.ts';
import { judgeAnchor, type Judgement, nowServes } from '../deploy/judge.ts';
import { type Observed, observer } from '../deploy/observe.ts';
import { planOf } from '../deploy/plan.ts';
import { prepare, type Ready } from '../deploy/prepare.ts';
import { resultOf } from '../deploy/result.ts';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { promoteArguments, shiftArguments, triggerArguments, uploadArguments } from '../wrangler/arguments.ts';
import { callWrangler, type Said } from '../wrangler/call.ts';
import { configuresAssets } from '../wrangler/configuration.ts';
import { asker, type Page, type Wanted } from './ask.ts';
import { goBack } from './go-back.ts';
import { type Ended, judgeGradual } from './judge.ts';
import { lasting } from './last-words.ts';
import { CONCLUDED, MARK, type Mark } from './mark.ts';
import { readSteps } from './steps.ts';
import type { Split, Trail } from './traffic.ts';
import { walk, type Walked } from './walk.ts';

type Context = ActionContext<Inputs>;
type Result = ActionResult<Outputs>;

const READ_MS = 5000;
// Of the six seconds after a cancel; the rest is for the last words themselves.
const RETURN_MS = 5000;

/** Anchor, prepare, upload, then step by step, each read back and watched; whatever goes wrong, or a cancel, returns to the anchor's version. */
export async function gradual(target: Target, context: Context): Promise<Result> {
  const { inputs, log, signal, temporary } = context;
  const steps = readSteps(inputs.steps);
  const plan = planOf(target, context.run.workflowFile);
  const late = lasting(signal, RETURN_MS);
  const clientOf = (by: AbortSignal): ReturnType<typeof cloudflareClient> => cloudflareClient({ http: context.http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal: by });
  const look = (by: AbortSignal): Promise<Observed> => observer({ http: context.http, cloudflare: clientOf(by), worker: plan.worker, versionUrl: target.versionUrl, signal: by, timeoutMs: READ_MS })();
  const anchor = await log.group('Read what serves now', () => look(signal));
  signal.throwIfAborted();
  const conclude = (judgement: Judgement, observed: Observed, more: Record<string, unknown> = {}): Result => resultOf(target, anchor, observed, judgement, more);
  const early = judgeAnchor(plan, anchor, inputs.redeploy);
  if (early !== null) return conclude(early, anchor);
  if (anchor.live.kind !== 'live') return first(target, context);

  const old: Wanted = { id: anchor.live.versionId, sha: anchor.live.tag ?? (anchor.public.kind === 'serves' ? anchor.public.sha : null) };
  const tree = await mkdtemp(join(temporary, 'worker-'));
  try {
    let ready: Ready;
    try {
      ready = await prepare(target, tree, context);
      await requireAffinity(target, ready, inputs['version-affinity']);
      await log.group('Renew the deploy lock', () => requireFence(context));
      signal.throwIfAborted();
    } catch (error) {
      return conclude(refusal(error, signal, nowServes(plan, anchor)), anchor);
    }
    const message = `${context.run.runUrl} by @${context.run.actor}`;
    const call = (args: readonly string[], cwd: string | null, by: AbortSignal): Promise<Said> =>
      callWrangler({ wrangler: ready.wrangler, args, cwd, accountId: target.accountId, token: inputs['cloudflare-api-token'], temporary, seconds: inputs['wrangler-timeout-seconds'], signal: by, log });
    const which = { config: ready.config, environment: ready.wranglerEnvironment };
    const uploaded = await log.group(`Upload with wrangler ${ready.wrangler.version}`, () => call(uploadArguments({ ...which, sha: plan.sha, message }), ready.cwd, signal));
    const end = async (ended: Ended, freshId: string | null, more: Record<string, unknown> = {}): Promise<Result> => {
      const observed = await look(late);
      return conclude(judgeGradual(plan, { old: old.id, fresh: freshId }, ended, observed), observed, { wrangler: { version: ready.wrangler.version }, gradual: { ...ended, steps, 'old-version-id': old.id, 'new-version-id': freshId }, ...more });
    };
    if (signal.aborted) return await end({ kind: 'not-uploaded', why: 'cancelled during the upload' }, null);
    if (uploaded.exitCode !== 0 || uploaded.versionId === null) return await end({ kind: 'not-uploaded', why: uploadFault(uploaded) }, null);
    const fresh = { id: uploaded.versionId, sha: plan.sha };

    let trail: Trail = { deploymentId: anchor.live.deploymentId, pending: null };
    const mark = (): Mark => ({
      worker: plan.worker, accountId: target.accountId, versionUrl: target.versionUrl, old, trail, wrangler: ready.wrangler, temporary, message,
      seconds: { propagation: inputs['propagation-seconds'], interval: inputs['read-interval-seconds'], wrangler: inputs['wrangler-timeout-seconds'] },
    });
    const keep = (next: Trail): void => {
      trail = next;
      context.state.save(MARK, JSON.stringify(mark()));
    };
    const common = { worker: plan.worker, keep, clock: context.clock, intervalMs: inputs['read-interval-seconds'] * 1000, log };
    // With the last step come the settings that no version has: until then they are those of the version of before.
    const write = (split: Split): Promise<Said> => (split.length === 1 ? call(promoteArguments({ ...which, versionId: fresh.id, message }), ready.cwd, signal) : call(shiftArguments({ worker: plan.worker, split, message }), null, signal));
    const propagationMs = inputs['propagation-seconds'] * 1000;
    const pages = pagesOf(target);
    const walked = await walk({ old, fresh, steps, pages }, trail, {
      ...common, cloudflare: clientOf(signal), signal, write, ask: asker({ http: context.http, worker: plan.worker, signal }), fence: () => requireFence(context),
      propagationMs, soakMs: inputs['soak-seconds'] * 1000, probeMs: inputs['probe-interval-seconds'] * 1000,
    });
    const triggers = walked.kind === 'through' && !signal.aborted ? await log.group('Set routes and settings', () => call(triggerArguments(which), ready.cwd, signal)) : null;
    const ended = await endOf(signal.aborted && walked.kind === 'through' ? { kind: 'stopped', at: 100, why: 'cancelled' } : walked, triggers);
    // After a cancel the post step looks once more: a write that was on its way may arrive late.
    if (!signal.aborted) context.state.save(MARK, CONCLUDED);
    return await end(ended, fresh.id);

    async function endOf(how: Walked, set: Said | null): Promise<Ended> {
      if (how.kind === 'through') return { kind: 'through', triggers: set?.exitCode === 0 ? 'set' : 'failed', firstError: set?.firstError ?? '' };
      if (how.kind === 'drifted') return { ...how, why: '' };
      const back = await log.group(`Return to version ${old.id}`, () => goBack({
        ...common, cloudflare: clientOf(late), signal: late, trail, write: () => call(shiftArguments({ worker: plan.worker, split: [{ id: old.id, percentage: 100 }], message }), null, late),
        proof: { ask: asker({ http: context.http, worker: plan.worker, signal: late }), page: pages[0], pinned: null, wanted: old, clock: context.clock, signal: late, budgetMs: propagationMs, intervalMs: common.intervalMs, log },
      }));
      switch (back.kind) {
        case 'returned': return how.at === null ? { kind: 'not-switched', why: how.why } : { kind: 'returned', at: how.at, why: how.why };
        case 'drifted': return { kind: 'drifted', at: how.at, why: how.why, live: back.live };
        case 'return-failed': return { kind: 'return-failed', at: how.at ?? 0, why: how.why, because: back.why, again: signal.aborted };
      }
    }
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
async function requireAffinity(target: Target, ready: Ready, acknowledged: boolean): Promise<void> {
  if (acknowledged || !configuresAssets(await readFile(ready.config, 'utf8'), target.config['wrangler-config'], ready.wranglerEnvironment)) return;
  throw new UserError(`cf-worker-deploy: ${target.config.worker} has assets, and while two versions serve, a page of one asks the other for its files. Let the zone keep a visitor on one version (a Transform Rule that sets Cloudflare-Workers-Version-Key), then set \`version-affinity: true\`; or use operation deploy.`);
}

function pagesOf({ config, versionUrl }: Target): readonly [Page, ...Page[]] {
  return [{ url: versionUrl, namesVersion: true }, ...(config['smoke-paths'] ?? []).map((path) => ({ url: `${config['public-url']}${path}`, namesVersion: false }))];
}

function uploadFault({ exitCode, timedOut, firstError }: Said): string {
  if (timedOut) return 'wrangler did not end in time';
  if (exitCode === 0) return 'wrangler said that it uploaded a version, but not which';
  return `wrangler could not upload${firstError === '' ? '' : `: ${firstError}`}`;
}
