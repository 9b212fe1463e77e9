import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, type ActionResult, type Note, UserError } from '@vendure-deploy/shared/action';
import { cloudflareClient } from '@vendure-deploy/shared/providers/cloudflare';
import { outOfTime } from '@vendure-deploy/shared/sla';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { lastChecks } from './fenced.ts';
import { judge, judgeAnchor, type Judgement, nowServes } from './judge.ts';
import { type Looking, type Observed, observer } from './observe.ts';
import { requireGuarded, requireHidden } from './hidden.ts';
import { planOf } from './plan.ts';
import { prepare, type Ready } from './prepare.ts';
import { resultOf } from './result.ts';
import { upload } from './upload.ts';

type Context = ActionContext<Inputs>;
type Result = ActionResult<Outputs>;

const READ_MS = 5000;
const MENDED: Note = { kind: 'healed', what: 'wrangler failed after the new version was live; its routes and settings were set by a second try.' };

/** Anchor, prepare, the SLA, fence, upload, and then what is read back: wrangler's exit code is never the verdict. */
export async function deploy(target: Target, context: Context): Promise<Result> {
  const { inputs, log, http, signal, clock, temporary } = context;
  const began = clock.now();
  const plan = planOf(target, context.inputs.workflow || context.run.workflowFile);
  const token = inputs['cloudflare-api-token'];
  const looking: Looking = (by, expected = null) =>
    observer({ http, cloudflare: cloudflareClient({ http, token, accountId: target.accountId, signal: by }), worker: plan.worker, versionUrl: target.config.route === undefined ? target.versionUrl : null, signal: by, timeoutMs: READ_MS, expected });
  const anchor = await log.group('Read what serves now', looking(signal));
  signal.throwIfAborted();
  const conclude = (judgement: Judgement, observed: Observed, more: Record<string, unknown> = {}): Result => resultOf(target, anchor, observed, judgement, more);
  const early = judgeAnchor(plan, anchor, inputs.redeploy);
  if (early !== null) return conclude(early, anchor);

  const tree = await mkdtemp(join(temporary, 'worker-'));
  try {
    let ready: Ready;
    try {
      ready = await prepare(target, tree, context);
      requireHidden(target, ready);
      await requireGuarded(target, context);
      const late = await outOfTime(context, { terms: target.sla, own: plan.surface, sha: plan.sha, spentSeconds: (clock.now() - began) / 1000, token: inputs['github-token'] });
      if (late !== null) return conclude({ decision: 'failed', reasonCode: 'sla-unreachable', message: late }, anchor);
      await lastChecks(target, ready, context);
    } catch (error) {
      return conclude(refusal(error, signal, nowServes(plan, anchor)), anchor);
    }
    const { attempt, observed, wrangler } = await upload({ ready, accountId: target.accountId, sha: plan.sha, anchor, looking, secrets: inputs['worker-secrets'] }, context);
    const judgement = judge(plan, anchor, attempt, observed);
    return { ...conclude(judgement, observed, { wrangler }), notes: judgement.decision === 'done' && attempt.mended === true ? [MENDED] : [] };
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** Whatever stops us before the upload, stops us with everything as it was. */
export function refusal(error: unknown, signal: AbortSignal, serves: string): Judgement {
  if (signal.aborted) return { decision: 'failed', reasonCode: 'cancelled', message: `Cancelled before the upload; nothing was written. ${serves}` };
  if (error instanceof UserError) return { decision: 'failed', reasonCode: error.reasonCode, message: `${error.message} Nothing was uploaded. ${serves}` };
  throw error;
}
