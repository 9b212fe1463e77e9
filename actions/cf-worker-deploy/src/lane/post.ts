import type { PostContext } from '@vendure-deploy/shared/action';
import { cloudflareLaneClient } from '@vendure-deploy/shared/providers/cloudflare';
import { recall, STATE } from './remembered.ts';
import { serviceTokenFrom } from './settings.ts';
import { removeRoutes } from './shut.ts';
import { waitUntilGone } from './waiting.ts';

const BUDGET_MS = 60_000;
const PAUSE_MS = 2000;

/** Closes a lane that the main step had begun to open and did not settle. Without its mark, nothing was tried. */
export async function closeUnsettledLane({ state, log, http, clock, signal, secret }: PostContext): Promise<void> {
  const lane = recall(state.read(STATE));
  if (lane === null) return;
  const { zoneId, zone, worker, pattern, versionUrl, versionId, accountId } = lane;
  const cloudflare = cloudflareLaneClient({ http, token: await secret('cloudflare-api-token'), accountId, signal });
  const shut = await removeRoutes({ cloudflare, zoneId, ours: (route) => route.pattern === pattern && route.worker === worker, clock, signal, budgetMs: BUDGET_MS });
  const waiting = { http, clock, signal, url: versionUrl, budgetMs: BUDGET_MS, intervalMs: PAUSE_MS };
  const why = shut.why ?? (await waitUntilGone(waiting, serviceTokenFrom(await secret('access-client-id'), await secret('access-client-secret')), [versionId]));
  if (why !== null) log.error(`cf-worker-deploy: the route ${pattern} to ${worker} was to be closed, and that is not proven: ${why}. Close it now: run operation close-lane, or remove the route in Cloudflare's dashboard (${zone}, Workers Routes).`);
  else log.info(shut.removed.length === 0 ? `No route ${pattern} leads to ${worker}: the lane is closed.` : `The route ${pattern} to ${worker} was removed, which the main step had not settled: the lane is closed.`);
}
