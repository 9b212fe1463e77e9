import { UserError } from '@vendure-deploy/shared/action';
import { ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import { readLive } from './anchor.ts';
import { type Opening, prove, unprovenAccess } from './opening.ts';
import { type Remembered, STATE } from './remembered.ts';

/**
 * The one write that opens the lane, once Access is proven and what is live is what was judged.
 * @returns what Cloudflare said against it, if anything: whether the route is there is for whoever reads it back
 * @throws {UserError} while nothing has been written
 */
export async function createRoute(opening: Opening): Promise<string | null> {
  const { lane, live, zoneId, account, guarded, session: { cloudflare }, context: { log, signal, state }, target } = opening;
  const now = await log.group('Read again what is live', () => readLive(lane.worker, cloudflare, account).catch(unreadable));
  if (now.kind !== 'live' || now.versionId !== live.versionId) throw new UserError(`What is live of ${lane.worker} ${now.kind === 'unreadable' ? `could not be read again: ${now.why}` : 'has changed since it was read'}. Open the lane again.`, { reasonCode: 'lane-not-ready' });
  const proof = await prove(opening, 'Prove that Access stands before the host');
  signal.throwIfAborted();
  if (proof.kind === 'unproven') throw new UserError(`Not opened: ${unprovenAccess(opening, proof.why)}. Put an application of ${guarded.teamHost} before all of ${lane.host}, then open the lane again.`, { reasonCode: 'access-unproven' });
  const remembered: Remembered = { accountId: target.accountId, zoneId, zone: lane.zone, worker: lane.worker, pattern: lane.pattern, versionUrl: lane.versionUrl, versionId: live.versionId };
  state.save(STATE, JSON.stringify(remembered));
  return log.group('Create the route', async () => {
    try {
      await cloudflare.lane.createRoute(zoneId, lane);
      return null;
    } catch (error) {
      return unreadable(error).why;
    }
  });
}

function unreadable(error: unknown): { kind: 'unreadable'; why: string } {
  if (error instanceof ProviderError) return { kind: 'unreadable', why: error.message };
  throw error;
}
