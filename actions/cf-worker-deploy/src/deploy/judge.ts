import type { Decision, ReasonCode } from '@vendure-deploy/shared/action';
import { shortSha } from '@vendure-deploy/shared/release';
import { convergence, isFrom } from './convergence.ts';
import { deployAlone, goBack } from './next-command.ts';
import type { Observed } from './observe.ts';
import type { Plan } from './plan.ts';

/** What wrangler said and how it ended; evidence of nothing. */
export interface Attempt {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  readonly versionId: string | null;
  readonly firstError: string;
  /** Whether routes and settings were set by a second try; null: there was none. */
  readonly mended: boolean | null;
}

export interface Judgement {
  readonly decision: Decision;
  readonly reasonCode: ReasonCode;
  readonly message: string;
}

/** Before the first write: a judgement ends the action, null lets it go on. */
export function judgeAnchor(plan: Plan, anchor: Observed, redeploy: boolean): Judgement | null {
  const { live } = anchor;
  if (live.kind === 'unreadable') return { decision: 'failed', reasonCode: 'anchor-unreadable', message: `What is live of ${plan.worker} could not be read: ${live.why}. The account is ${plan.account}. Nothing was uploaded. See whether the token may read it, then deploy it alone:  ${deployAlone(plan)}` };
  if (live.kind === 'split') {
    return { decision: 'failed', reasonCode: 'deployment-split', message: `A gradual deployment of ${plan.worker} is in progress (${shares(live.versions)}); wrangler would end it without asking. Nothing was uploaded. End it:  ${goBack(plan, '<version>')}  then  ${deployAlone(plan)}` };
  }
  if (redeploy || live.kind === 'absent' || live.tag !== plan.sha) return null;
  if (anchor.public.kind === 'hidden') return { decision: 'skipped', reasonCode: 'already-serves', message: `Version ${live.versionId} of ${plan.worker} is ${shortSha(plan.sha)} already. Nothing was written. ${HIDDEN}` };
  if (!isFrom(live.versionId, anchor.public) || anchor.public.sha !== plan.sha) return null;
  return { decision: 'skipped', reasonCode: 'already-serves', message: `The ${upper(plan.surface)} serves ${shortSha(plan.sha)} already, as version ${live.versionId}. Nothing was written.` };
}

const HIDDEN = 'Only its lane leads to it, which operation open-lane opens.';

/** After wrangler: what was read back decides, the exit code only words it. */
export function judge(plan: Plan, anchor: Observed, attempt: Attempt, observed: Observed): Judgement {
  const where = convergence({ sha: plan.sha, versionId: attempt.versionId, anchor }, observed);
  const serves = nowServes(plan, observed);
  const live = nowLive(observed);
  const said = howItEnded(attempt);
  const words = attempt.exitCode === 0 || attempt.firstError === '' ? '' : ` Its first error: ${attempt.firstError.replace(/[.!]?$/u, '.')}`;
  const alone = `Deploy it alone:  ${deployAlone(plan)}`;
  const back = anchor.live.kind === 'live' ? `  or go back:  ${goBack(plan, anchor.live.versionId)}` : '';
  if (attempt.cancelled) return { decision: 'unknown', reasonCode: 'cancelled', message: `Cancelled; as last read, ${live}. ${serves} ${alone}` };
  switch (where) {
    case 'target':
      if (observed.public.kind === 'hidden' && (attempt.exitCode === 0 || attempt.mended === true)) return { decision: 'done', reasonCode: 'deployed', message: `Read twice: ${live} of ${plan.worker}. ${HIDDEN}` };
      if (attempt.exitCode === 0) return { decision: 'done', reasonCode: 'deployed', message: `${serves} Read twice: ${live}, and the public URL answers with it.` };
      if (attempt.mended === true) return { decision: 'done', reasonCode: 'deployed', message: `${serves} Read twice: ${live}, and the public URL answers with it. ${upper(said)} after the switch;${words} routes and settings were set by a second try.` };
      // Once it serves, only `redeploy` has routes and settings tried again.
      return { decision: 'partial', reasonCode: 'live-with-trigger-failure', message: `${serves} But ${said}, so routes and settings may not be as configured.${words} Mend that, then:  ${deployAlone(plan, { redeploy: true })}` };
    case 'before':
      return { decision: 'failed', reasonCode: 'not-deployed', message: `${serves} ${upper(said)}, ${attempt.exitCode === 0 ? 'but' : 'and'} ${live}, as before.${words} ${alone}` };
    case 'arriving':
      // Read, and another version: a route may lead elsewhere. Not read: the new version may be the reason.
      if (observed.public.kind === 'serves') return { decision: 'failed', reasonCode: 'mixed', message: `${serves} But ${live}; the public URL did not answer with it in time.${words} See whether a route leads to ${plan.worker}, then:  ${deployAlone(plan, { redeploy: true })}${back}` };
      return { decision: 'unknown', reasonCode: 'serves-unproven', message: `${serves} By Cloudflare, ${live}.${words} Try again:  ${deployAlone(plan, { redeploy: true })}${back}` };
    case 'mixed':
      return { decision: 'failed', reasonCode: 'mixed', message: `${serves} ${upper(said)}, and ${live}: neither what was live before nor what was uploaded, so somebody else deploys ${plan.worker}.${words} ${alone}` };
    case 'unreadable':
      return { decision: 'unknown', reasonCode: 'serves-unproven', message: `${serves} ${upper(said)}, and ${live}.${words} Read it before anything else:  wrangler deployments status --name ${plan.worker}` };
  }
}

export function nowServes(plan: Plan, { public: answered }: Observed): string {
  if (answered.kind === 'hidden') return `What is live of the ${upper(plan.surface)} is seen only by its lane.`;
  if (answered.kind !== 'serves') return `What the ${plan.surface} serves could not be read (${answered.why}).`;
  return `The ${upper(plan.surface)} serves ${shortSha(answered.sha)} (${answered.sha === plan.sha ? 'new' : 'old'}).`;
}

function nowLive({ live }: Observed): string {
  if (live.kind === 'live') return `version ${live.versionId}${live.tag === null ? '' : ` (${shortSha(live.tag)})`} is live`;
  if (live.kind === 'split') return `a split of ${shares(live.versions)} is live`;
  return live.kind === 'absent' ? 'nothing of the Worker is deployed' : `what is live could not be read (${live.why})`;
}

function howItEnded({ timedOut, exitCode }: Attempt): string {
  if (timedOut) return 'wrangler did not end in time';
  return exitCode === 0 ? 'wrangler said that it succeeded' : `wrangler ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}`;
}

function shares(versions: readonly { readonly id: string; readonly percentage: number }[]): string {
  return versions.map(({ id, percentage }) => `${id} at ${percentage} %`).join(' and ');
}

function upper(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
