import type { PostContext } from '@vendure-deploy/shared/action';
import { cloudflareClient } from '@vendure-deploy/shared/providers/cloudflare';
import { shiftArguments } from '../wrangler/arguments.ts';
import { callWrangler } from '../wrangler/call.ts';
import { asker } from './ask.ts';
import { goBack } from './go-back.ts';
import { byHand } from './judge.ts';
import { MARK, readMark } from './mark.ts';

/** Returns what the main step could not return any more: it was cancelled, killed, or failed in itself. Without a mark no traffic was shifted. */
export async function post(context: PostContext): Promise<void> {
  const { log, http, clock, signal, state, temporary } = context;
  const mark = readMark(state.read(MARK));
  if (mark === null) return;
  const { worker, old, accountId } = mark;
  const token = await context.secret('cloudflare-api-token');
  const intervalMs = mark.seconds.interval * 1000;
  const args = shiftArguments({ worker, split: [{ id: old.id, percentage: 100 }], message: mark.message });
  const back = await log.group(`Return to version ${old.id}`, () => goBack({
    cloudflare: cloudflareClient({ http, token, accountId, signal }), worker, trail: mark.trail, keep: () => undefined, clock, signal, intervalMs, log,
    write: () => callWrangler({ wrangler: mark.wrangler, args, cwd: null, accountId, token, temporary, seconds: mark.seconds.wrangler, signal, log }),
    proof: { ask: asker({ http, worker, signal }), page: { url: mark.versionUrl, namesVersion: true }, pinned: null, wanted: old, clock, signal, budgetMs: mark.seconds.propagation * 1000, intervalMs, log },
  }));
  switch (back.kind) {
    case 'returned': return log.notice(`cf-worker-deploy: returned: version ${old.id} of ${worker} has all traffic, and answers.`);
    case 'drifted': return log.error(`cf-worker-deploy: somebody else changed what is live of ${worker} (${back.live || 'nothing is'}); it was left so. To go back:  wrangler versions deploy ${old.id}@100% -y --name ${worker}`);
    case 'return-failed': return log.error(`cf-worker-deploy: the return of ${worker} to version ${old.id} failed: ${back.why}. ${byHand({ worker }, old.id, back.why)}`);
  }
}
