import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { cloudflareClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import { refusal } from '../deploy/deploy.ts';
import { requireFence } from '../deploy/fenced.ts';
import { type Judgement, nowServes } from '../deploy/judge.ts';
import { type LiveReading, type Observed, observer } from '../deploy/observe.ts';
import { planOf } from '../deploy/plan.ts';
import { resultOf } from '../deploy/result.ts';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { shiftArguments } from '../wrangler/arguments.ts';
import { callWrangler } from '../wrangler/call.ts';
import { chooseWrangler } from '../wrangler/choose.ts';
import type { Wrangler } from '../wrangler/wrangler.ts';
import { asker, type Wanted } from './ask.ts';
import { goBack } from './go-back.ts';
import { judgeReturn } from './judge.ts';

const READ_MS = 5000;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/u;

/** Puts the version of the input at 100 %, also over a gradual deployment that was left behind, and proves that it answers. */
export async function returnTo(target: Target, context: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const { inputs, log, signal, http, clock, temporary } = context;
  const id = inputs['to-version-id'];
  if (!UUID.test(id)) throw new UserError(`cf-worker-deploy: input \`to-version-id\` is ${JSON.stringify(id)}. Allowed: the id of a version, a UUID. The last ones:  wrangler versions list --name ${target.config.worker}`);
  const plan = planOf(target, context.inputs.workflow || context.run.workflowFile);
  const cloudflare = cloudflareClient({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal });
  const look = observer({ http, cloudflare, worker: plan.worker, versionUrl: target.versionUrl, signal, timeoutMs: READ_MS });
  const anchor = await log.group('Read what serves now', look);
  signal.throwIfAborted();
  const conclude = (judgement: Judgement, observed: Observed, to: Wanted): ActionResult<Outputs> => resultOf(target, anchor, observed, judgement, { to });
  const deploymentId = deploymentOf(anchor.live);
  if (deploymentId === null) return conclude(noAnchor(plan.worker, anchor.live), anchor, { id, sha: null });
  const to = await versionOf(cloudflare, plan.worker, id);
  const proof = { ask: asker({ http, worker: plan.worker, signal }), page: { url: target.versionUrl, namesVersion: true }, pinned: null, wanted: to, clock, signal, budgetMs: inputs['propagation-seconds'] * 1000, intervalMs: inputs['read-interval-seconds'] * 1000, log };
  const isThere = anchor.live.kind === 'live' && anchor.live.versionId === id;
  let wrangler: Wrangler | null = null;
  if (!isThere) {
    try {
      wrangler = await log.group('Have wrangler', () => chooseWrangler(target, context));
      await log.group('Renew the deploy lock', () => requireFence(context));
      signal.throwIfAborted();
    } catch (error) {
      return conclude(refusal(error, signal, nowServes(plan, anchor)), anchor, to);
    }
  }
  const message = `${context.run.runUrl} by @${context.run.actor}`;
  const ended = await log.group(`Return to version ${id}`, () => goBack({
    cloudflare, worker: plan.worker, trail: { deploymentId, pending: [] }, keep: () => undefined, clock, signal, intervalMs: proof.intervalMs, proof, log,
    write: () => {
      if (wrangler === null) throw new Error('nothing is written where the version is live already');
      return callWrangler({ wrangler, args: shiftArguments({ worker: plan.worker, split: [{ id, percentage: 100 }], message }), cwd: null, accountId: target.accountId, token: inputs['cloudflare-api-token'], temporary, seconds: inputs['wrangler-timeout-seconds'], signal, log });
    },
  }));
  const observed = await look();
  return conclude(judgeReturn(plan, to, isThere && ended.kind === 'returned' ? { kind: 'unchanged' } : ended), observed, to);
}

function deploymentOf(live: LiveReading): string | null {
  return live.kind === 'live' || live.kind === 'split' ? live.deploymentId : null;
}

function noAnchor(worker: string, live: LiveReading): Judgement {
  const why = live.kind === 'unreadable' ? `What is live of ${worker} could not be read: ${live.why}` : `Nothing of ${worker} was ever deployed`;
  return { decision: 'failed', reasonCode: 'anchor-unreadable', message: `${why}. Nothing was written.` };
}

/** @throws {UserError} there is no such version, or it cannot be read */
async function versionOf(cloudflare: Pick<ReturnType<typeof cloudflareClient>, 'version'>, worker: string, id: string): Promise<Wanted> {
  try {
    return { id, sha: (await cloudflare.version(worker, id)).tag };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw new UserError(`cf-worker-deploy: version ${id} of ${worker} could not be read: ${error.message}. Nothing was written. The last ones:  wrangler versions list --name ${worker}`, { reasonCode: error.code === 'not-found' ? 'invalid-input' : 'anchor-unreadable', cause: error });
  }
}
