import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { cloudflareClient } from '@vendure-deploy/shared/providers/cloudflare';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { deployArguments } from '../wrangler/arguments.ts';
import { callWrangler, type Said } from '../wrangler/call.ts';
import { requireFence } from './fenced.ts';
import { gate } from './gate.ts';
import { type Attempt, judge, judgeAnchor, type Judgement, nowServes } from './judge.ts';
import { mend } from './mend.ts';
import { type Observed, observer } from './observe.ts';
import { planOf } from './plan.ts';
import { prepare, type Ready } from './prepare.ts';
import { resultOf } from './result.ts';

type Context = ActionContext<Inputs>;
type Result = ActionResult<Outputs>;

const READ_MS = 5000;
// Of the 7.5 s after a cancel, what wrangler's own end leaves.
const LAST_LOOK_MS = 1500;

/** Anchor, prepare, fence, upload, and then what is read back: wrangler's exit code is never the verdict. */
export async function deploy(target: Target, context: Context): Promise<Result> {
  const { inputs, log, http, clock, signal, temporary } = context;
  const plan = planOf(target, context.run.workflowFile);
  const token = inputs['cloudflare-api-token'];
  const looking = (by: AbortSignal): (() => Promise<Observed>) =>
    observer({ http, cloudflare: cloudflareClient({ http, token, accountId: target.accountId, signal: by }), worker: plan.worker, versionUrl: target.versionUrl, signal: by, timeoutMs: READ_MS });
  const look = looking(signal);
  const anchor = await log.group('Read what serves now', look);
  signal.throwIfAborted();
  const conclude = (judgement: Judgement, observed: Observed, more: Record<string, unknown> = {}): Result => resultOf(target, anchor, observed, judgement, more);
  const early = judgeAnchor(plan, anchor, inputs.redeploy);
  if (early !== null) return conclude(early, anchor);

  const tree = await mkdtemp(join(temporary, 'worker-'));
  try {
    let ready: Ready;
    try {
      ready = await prepare(target, tree, context);
      await log.group('Renew the deploy lock', () => requireFence(context));
      signal.throwIfAborted();
    } catch (error) {
      return conclude(refusal(error, signal, nowServes(plan, anchor)), anchor);
    }
    const { wrangler, config, wranglerEnvironment, cwd } = ready;
    const message = `${context.run.runUrl} by @${context.run.actor}`;
    const call = (args: readonly string[], secrets: ReadonlyMap<string, Secret> = new Map()): Promise<Said> =>
      callWrangler({ wrangler, args, cwd, accountId: target.accountId, token, secrets, temporary, seconds: inputs['wrangler-timeout-seconds'], signal, log });
    const said = await log.group(`Deploy with wrangler ${wrangler.version}`, () => call(deployArguments({ config, environment: wranglerEnvironment, sha: plan.sha, message }), inputs['worker-secrets']));
    const mended = said.exitCode === 0 ? null : await log.group('See whether it is live all the same', () => mend({ said, anchor, look, sha: plan.sha, config, environment: wranglerEnvironment, signal, call }));
    const seen = await log.group('Read back', () =>
      gate({ look, course: { sha: plan.sha, versionId: said.versionId, anchor }, clock, signal, budgetMs: inputs['propagation-seconds'] * 1000, intervalMs: inputs['read-interval-seconds'] * 1000, log }),
    );
    const observed = seen === null || signal.aborted ? await lastLook((by) => looking(by)(), seen) : seen;
    const attempt: Attempt = { exitCode: said.exitCode, timedOut: said.timedOut, cancelled: signal.aborted, versionId: said.versionId, firstError: said.firstError, mended };
    return conclude(judge(plan, anchor, attempt, observed), observed, { wrangler: { version: wrangler.version, 'exit-code': said.exitCode, 'first-error': said.exitCode === 0 ? '' : said.firstError, mended } });
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** What serves after a cancel is asked with a signal of its own; what was read before the cancel stands in for what cannot be read any more. */
async function lastLook(look: (signal: AbortSignal) => Promise<Observed>, seen: Observed | null): Promise<Observed> {
  const last = await look(AbortSignal.timeout(LAST_LOOK_MS));
  return last.live.kind === 'unreadable' && seen !== null ? seen : last;
}

/** Whatever stops us before the upload, stops us with everything as it was. */
export function refusal(error: unknown, signal: AbortSignal, serves: string): Judgement {
  if (signal.aborted) return { decision: 'failed', reasonCode: 'cancelled', message: `Cancelled before the upload; nothing was written. ${serves}` };
  if (error instanceof UserError) return { decision: 'failed', reasonCode: error.reasonCode, message: `${error.message} Nothing was uploaded. ${serves}` };
  throw error;
}
