import type { Judgement } from '../deploy/judge.ts';
import type { Account } from './account.ts';
import { type AnchorReading, isOurs } from './anchor.ts';
import type { Lane } from './settings.ts';

/** What may be opened: one version is live, and it is the wanted one's. */
export interface Openable {
  readonly zoneId: string;
  readonly account: Account;
  readonly live: Extract<Account['live'], { kind: 'live' }>;
}

export type Judged = { readonly kind: 'openable'; readonly openable: Openable } | { readonly kind: 'refused'; readonly judgement: Judgement };

/** Before the first write of either operation. */
export function judgeAnchor(lane: Lane, anchor: Exclude<AnchorReading, { kind: 'read' }>): Judgement {
  if (anchor.kind === 'unknown-zone') return failed('invalid-config', `${anchor.why}. Nothing was written. Correct the \`route.zone\` of the ${lane.surface}, or give the token "Workers Routes: Edit" for that zone.`);
  return failed('anchor-unreadable', `What serves of ${lane.worker}, and by which routes, could not be read: ${anchor.why}. Nothing was written.`);
}

/** Whether the Worker may be reached by the route at all. */
export function judgeOpening(lane: Lane, anchor: AnchorReading): Judged {
  if (anchor.kind !== 'read') return { kind: 'refused', judgement: judgeAnchor(lane, anchor) };
  const { worker, pattern, sha } = lane;
  const { live, routes } = anchor.account;
  const refused = (code: Judgement['reasonCode'], message: string): Judged => ({ kind: 'refused', judgement: failed(code, message) });
  const owner = routes.find((route) => route.pattern === pattern && !isOurs(lane)(route));
  if (owner !== undefined) return refused('route-taken', `The route ${pattern} belongs to ${owner.worker === null ? 'no Worker, on purpose' : `the Worker ${owner.worker}`} (${owner.id}). Nothing was written. Remove it there, or configure another pattern.`);
  if (live.kind === 'absent') return refused('lane-not-ready', `Nothing of ${worker} is deployed, so there is nothing to open. Nothing was written. Deploy it first, with operation deploy.`);
  if (live.kind === 'split') return refused('deployment-split', `A gradual deployment of ${worker} is in progress. Nothing was written. End it, then open the lane.`);
  if (live.tag !== sha) return refused('lane-not-ready', `What is live of ${worker} is version ${live.versionId} of ${live.tag ?? 'no named commit'}, and the lane was to be opened for ${sha}. Nothing was written. Deploy that first, with operation deploy.`);
  const other = otherAddress(lane, anchor.account);
  if (other !== null) return refused('access-unproven', `${other}. Nothing was written. Remove that first.`);
  return { kind: 'openable', openable: { zoneId: anchor.zoneId, account: anchor.account, live } };
}

/** Another way to the Worker, before which nobody proves that Access stands; null: there is none in the zone, and no custom domain. */
export function otherAddress({ worker, host }: Lane, { routes, domains }: Pick<Account, 'routes' | 'domains'>): string | null {
  const elsewhere = routes.find((route) => route.worker === worker && hostOf(route.pattern) !== host);
  const what = elsewhere !== undefined ? `The route ${elsewhere.pattern} (${elsewhere.id})` : domains.length > 0 ? `The custom domain ${domains.join(', ')}` : null;
  return what === null ? null : `${what} leads to ${worker}, too, and nobody proves that Access stands before it`;
}

function failed(reasonCode: Judgement['reasonCode'], message: string): Judgement {
  return { decision: 'failed', reasonCode, message };
}

function hostOf(pattern: string): string {
  return pattern.replace(/^https?:\/\//u, '').split('/')[0] ?? '';
}
