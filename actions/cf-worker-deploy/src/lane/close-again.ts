import type { Judgement } from '../deploy/judge.ts';
import { isOurs } from './anchor.ts';
import type { Opening } from './opening.ts';
import { STATE } from './remembered.ts';
import { lastingSession } from './session.ts';
import { removeRoutes } from './shut.ts';
import { waitUntilGone } from './waiting.ts';

/** Also after a cancel, within what is left of it; what cannot be done then is left to the post step. */
export async function closeAgain({ lane, zoneId, live, service, target, context }: Opening, doubt: string): Promise<Judgement> {
  const { log, signal, state, clock } = context;
  const { cloudflare, waiting } = lastingSession(target, lane, context);
  const unproven = await log.group('Close the route again', async () => {
    const shut = await removeRoutes({ cloudflare: cloudflare.lane, zoneId, ours: isOurs(lane), clock, signal: waiting.signal, budgetMs: waiting.budgetMs });
    return shut.why ?? (await waitUntilGone(waiting, service, [live.versionId]));
  });
  const why = `${doubt.charAt(0).toUpperCase()}${doubt.slice(1)}.`;
  if (unproven !== null) {
    return { decision: 'unknown', reasonCode: signal.aborted ? 'cancelled' : 'lane-close-unproven', message: `${why} The route ${lane.pattern} was to be closed again, and that is not proven: ${unproven}. Close it now: run operation close-lane, or remove the route in Cloudflare's dashboard (${lane.zone}, Workers Routes).` };
  }
  // After a cancel the request that created it may still be on its way: the post step looks once more.
  if (!signal.aborted) state.save(STATE, '');
  return { decision: 'failed', reasonCode: signal.aborted ? 'cancelled' : 'lane-closed-again', message: `${why} The lane was closed again: no route ${lane.pattern} leads to ${lane.worker}, and ${lane.host} does not answer with its version.` };
}
