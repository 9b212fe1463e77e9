import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { shortSha } from '@vendure-deploy/shared/release';
import { requireFence } from '../deploy/fenced.ts';
import type { Judgement } from '../deploy/judge.ts';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { isOurs, readAnchor, tell } from './anchor.ts';
import { closeAgain } from './close-again.ts';
import { createRoute } from './create.ts';
import { firstDoubt } from './doubt.ts';
import { judgeOpening } from './judge.ts';
import type { Opening } from './opening.ts';
import { STATE } from './remembered.ts';
import { result } from './result.ts';
import { session } from './session.ts';
import { guardedOf, laneOf, requiredServiceToken } from './settings.ts';

/** Access is proven, the route is created, Access is proven again, no other address is left, and the right version answers: or the route is closed again. */
export async function openLane(target: Target, context: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const { log, signal, state } = context;
  const lane = laneOf(target);
  const guarded = guardedOf(target, lane);
  const service = requiredServiceToken(context.inputs);
  const reached = session(target, lane, context);
  const anchor = await log.group('Read what serves, and by which routes', () => readAnchor(lane, reached.cloudflare));
  signal.throwIfAborted();
  const judged = judgeOpening(lane, anchor);
  if (judged.kind === 'refused') return result(target, anchor, judged.judgement);
  const opening: Opening = { ...judged.openable, target, lane, guarded, service, session: reached, context };
  tell(opening.account, lane, log);

  const wasOpen = opening.account.routes.some(isOurs(lane));
  const { enabled, previewsEnabled } = opening.account.subdomain;
  const nothingToWrite = wasOpen && !enabled && !previewsEnabled;
  let refusal: string | null = null;
  try {
    if (!nothingToWrite) await log.group('Renew the deploy lock', () => requireFence(context));
    if (!wasOpen) refusal = await createRoute(opening);
  } catch (error) {
    if (signal.aborted) return result(target, anchor, { decision: 'failed', reasonCode: 'cancelled', message: 'Cancelled before the route was created; nothing was written.' });
    if (error instanceof UserError) return result(target, anchor, { decision: 'failed', reasonCode: error.reasonCode, message: `${error.message} Nothing was written.` });
    throw error;
  }

  const { doubt, proof } = await firstDoubt(opening, { wasOpen, nothingToWrite, refusal });
  if (doubt === null && !signal.aborted) {
    state.save(STATE, '');
    return result(target, anchor, opened(opening, nothingToWrite), { proof, serves: lane.sha });
  }
  // What was open before a cancelled look at it stays as it was.
  if (wasOpen && signal.aborted) return result(target, anchor, { decision: 'unknown', reasonCode: 'cancelled', message: `Cancelled while the lane was looked at. It was open before, and its route was not touched.` });
  return result(target, anchor, await closeAgain(opening, doubt ?? 'it was cancelled'), { proof });
}

function opened({ lane, live }: Opening, untouched: boolean): Judgement {
  const how = `${lane.pattern} answers with ${shortSha(lane.sha)} as version ${live.versionId} behind proven Access, and no other address of ${lane.worker} is on`;
  return untouched ? { decision: 'skipped', reasonCode: 'lane-open', message: `The lane was open: ${how}. Nothing was written.` } : { decision: 'done', reasonCode: 'lane-open', message: `The lane is open: ${how}.` };
}
