import { type ActionContext, lasting } from '@vendure-deploy/shared/action';
import { cloudflareClient, cloudflareLaneClient } from '@vendure-deploy/shared/providers/cloudflare';
import type { Inputs } from '../io.ts';
import type { Target } from '../target.ts';
import type { Cloudflare } from './anchor.ts';
import type { Lane } from './settings.ts';
import type { Waiting } from './waiting.ts';

/** How one operation reaches Cloudflare and the public host. */
export interface Session {
  readonly cloudflare: Cloudflare;
  readonly waiting: Waiting;
}

// GitHub leaves 7.5 s after a cancel, of which the action's last words get the end of 6.
const AFTER_CANCEL_MS = 4500;

/** Ends with the cancel. */
export function session(target: Target, lane: Lane, context: ActionContext<Inputs>): Session {
  return sessionBy(context.signal, target, lane, context);
}

/** For what closes: goes on after a cancel, for as long as there is time. */
export function lastingSession(target: Target, lane: Lane, context: ActionContext<Inputs>): Session {
  return sessionBy(lasting(context.signal, AFTER_CANCEL_MS), target, lane, context);
}

function sessionBy(signal: AbortSignal, target: Target, lane: Lane, { http, clock, inputs }: ActionContext<Inputs>): Session {
  const options = { http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal };
  return {
    cloudflare: { ...cloudflareClient(options), lane: cloudflareLaneClient(options) },
    waiting: { http, clock, signal, url: lane.versionUrl, budgetMs: inputs['propagation-seconds'] * 1000, intervalMs: inputs['read-interval-seconds'] * 1000 },
  };
}
