import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import { requireFence } from '../deploy/fenced.ts';
import type { Judgement } from '../deploy/judge.ts';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { type Account, otherChanges } from './account.ts';
import { isOurs, readAccount, readAnchor, tell } from './anchor.ts';
import { judgeAnchor } from './judge.ts';
import { result } from './result.ts';
import { lastingSession, session } from './session.ts';
import { type Lane, laneOf, serviceTokenOf } from './settings.ts';
import { removeRoutes } from './shut.ts';
import { waitUntilGone } from './waiting.ts';

/** Removes the lane's routes by their ids, and shows that they are gone and that nothing else was touched. */
export async function closeLane(target: Target, context: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const { log, signal, clock, inputs } = context;
  const lane = laneOf(target);
  const service = serviceTokenOf(inputs);
  const anchor = await log.group('Read what serves, and by which routes', () => readAnchor(lane, session(target, lane, context).cloudflare));
  signal.throwIfAborted();
  if (anchor.kind !== 'read') return result(target, anchor, judgeAnchor(lane, anchor));
  const { account, zoneId } = anchor;
  tell(account, lane, log);

  const wasClosed = !account.routes.some(isOurs(lane));
  try {
    if (!wasClosed) await log.group('Renew the deploy lock', () => requireFence(context));
    signal.throwIfAborted();
  } catch (error) {
    if (signal.aborted) return result(target, anchor, { decision: 'failed', reasonCode: 'cancelled', message: 'Cancelled before a route was removed; nothing was written.' });
    if (error instanceof UserError) return result(target, anchor, { decision: 'failed', reasonCode: error.reasonCode, message: `${error.message} Nothing was written.` });
    throw error;
  }

  // What has begun to close is closed, also when it is cancelled.
  const { cloudflare, waiting } = lastingSession(target, lane, context);
  const shut = wasClosed ? { removed: [], why: null } : await log.group('Remove the route', () => removeRoutes({ cloudflare: cloudflare.lane, zoneId, ours: isOurs(lane), clock, signal: waiting.signal, budgetMs: waiting.budgetMs }));
  const unproven = shut.why ?? (await log.group('See that the Worker does not answer there any more', () => waitUntilGone(waiting, service, versionsOf(account))));
  if (unproven !== null) return result(target, anchor, notClosed(lane, unproven, { account, wasClosed, again: `gh run rerun ${context.run.runId}` }));
  if (wasClosed) return result(target, anchor, { decision: 'skipped', reasonCode: 'lane-closed', message: `The lane was closed: no route ${lane.pattern} leads to ${lane.worker}, and ${lane.host} does not answer with its version. Nothing was written.` });
  const after = await log.group('Compare the account with what it was before', () => readAccount(lane, zoneId, cloudflare, account).catch(unreadable));
  return result(target, anchor, closed(lane, shut.removed, account, after), { removed: shut.removed });
}

function closed(lane: Lane, removed: readonly string[], before: Account, after: Account | string): Judgement {
  const is = `The lane is closed: ${lane.pattern} was removed (${removed.join(', ')}), and ${lane.host} does not answer with a version of ${lane.worker} any more.`;
  if (typeof after === 'string') return { decision: 'partial', reasonCode: 'account-changed', message: `${is} Whether anything else has changed could not be read: ${after}.` };
  const others = otherChanges(before, after, removed);
  if (others.length > 0) return { decision: 'partial', reasonCode: 'account-changed', message: `${is} Meanwhile somebody else changed something: ${others.join('; ')}.` };
  return { decision: 'done', reasonCode: 'lane-closed', message: `${is} ${after.routes.length} other routes of ${lane.zone} and the Worker's deployment are as before.` };
}

function notClosed(lane: Lane, why: string, { account: { routes }, wasClosed, again }: { account: Account; wasClosed: boolean; again: string }): Judgement {
  const others = routes.filter(({ worker, pattern }) => worker === lane.worker && pattern !== lane.pattern).map(({ pattern, id }) => `${pattern} (${id})`);
  const also = others.length === 0 ? '' : ` Other routes lead to ${lane.worker}: ${others.join(', ')}; they were not touched.`;
  return { decision: 'unknown', reasonCode: 'lane-close-unproven', message: `${wasClosed ? `No route ${lane.pattern} leads to ${lane.worker}` : `The route ${lane.pattern} was to be removed`}, but that the lane is closed is not proven: ${why}.${also} Close it again:  ${again}  or look in Cloudflare's dashboard (${lane.zone}, Workers Routes).` };
}

/** null: which versions are the Worker's is not known, so any that answers counts. */
function versionsOf({ live }: Account): readonly string[] | null {
  if (live.kind === 'live') return [live.versionId];
  return live.kind === 'split' ? live.versions.map(({ id }) => id) : null;
}

function unreadable(error: unknown): string {
  if (error instanceof ProviderError) return error.message;
  throw error;
}
