import { shortSha } from '@vendure-deploy/shared/release';
import { type Judgement, nowServes } from '../deploy/judge.ts';
import { deployAlone, goBack } from '../deploy/next-command.ts';
import type { Observed } from '../deploy/observe.ts';
import type { Plan } from '../deploy/plan.ts';

/** How a gradual deployment ended. `at`: the percentage of the new version when it was stopped. */
export type Ended =
  | { readonly kind: 'not-uploaded'; readonly why: string }
  | { readonly kind: 'not-switched'; readonly why: string }
  | { readonly kind: 'through'; readonly triggers: 'set' | 'failed'; readonly firstError: string }
  | { readonly kind: 'returned'; readonly at: number; readonly why: string }
  | { readonly kind: 'return-failed'; readonly at: number; readonly why: string; readonly because: string; /** After a cancel the post step tries again. */ readonly again: boolean }
  | { readonly kind: 'drifted'; readonly at: number | null; readonly why: string; readonly live: string };

interface Versions {
  readonly old: string;
  /** null: nothing was uploaded. */
  readonly fresh: string | null;
}

/** Before the first write: a return could not be proven, so nothing is begun that may need one. */
export function noWayBack(plan: Plan, versionId: string, why: string): Judgement {
  return { decision: 'failed', reasonCode: 'anchor-unreadable', message: `Version ${versionId} of ${plan.worker} is live, but the public URL does not answer with it: ${sentence(why)} There would be no proof of a return to it, so nothing was uploaded. Mend that, or deploy at once (operation deploy):  ${deployAlone(plan)}` };
}

/** The only place where the verdict of a gradual deployment is made. */
export function judgeGradual(plan: Plan, { old, fresh }: Versions, ended: Ended, observed: Observed): Judgement {
  const serves = nowServes(plan, observed);
  const again = `Mend that, then:  ${deployAlone(plan)}`;
  const idle = fresh === null ? '' : ` Version ${fresh} is uploaded and gets no traffic.`;
  switch (ended.kind) {
    case 'not-uploaded':
      return { decision: 'failed', reasonCode: 'not-deployed', message: `${serves} ${sentence(ended.why)} No traffic was shifted. ${again}` };
    case 'not-switched':
      return { decision: 'failed', reasonCode: 'not-deployed', message: `${serves} ${sentence(ended.why)} No traffic was shifted.${idle} ${again}` };
    case 'through':
      if (ended.triggers === 'set') return { decision: 'done', reasonCode: 'deployed', message: `${serves} Version ${fresh ?? ''} has all traffic, was watched at every step, and answers.` };
      return { decision: 'partial', reasonCode: 'live-with-trigger-failure', message: `${serves} But routes and settings may not be as configured.${ended.firstError === '' ? '' : ` wrangler's first error: ${sentence(ended.firstError)}`} Mend that, then:  ${deployAlone(plan, { redeploy: true })}` };
    case 'returned':
      return { decision: 'failed', reasonCode: 'returned', message: `${serves} At ${ended.at} % of version ${fresh ?? ''}: ${sentence(ended.why)} Version ${old} has all traffic again, and answers.${idle} ${again}` };
    case 'return-failed':
      return { decision: ended.again ? 'unknown' : 'failed', reasonCode: 'return-failed', message: `${serves} At ${ended.at} % of version ${fresh ?? ''}: ${sentence(ended.why)} The return to version ${old} ${ended.again ? 'was not finished; the end of this job tries again' : 'failed'}: ${sentence(ended.because)} ${byHand(plan, old, ended.because)}` };
    case 'drifted':
      return { decision: 'failed', reasonCode: 'drifted', message: `${serves} ${ended.at === null ? 'Before traffic was shifted' : `At ${ended.at} % of version ${fresh ?? ''}`} somebody else changed what is live (${ended.live === '' ? 'nothing is' : ended.live}); it was left so.${ended.why === '' ? '' : ` Before that: ${sentence(ended.why)}`} Ask who deploys ${plan.worker}; to go back:  ${goBack(plan, old)}` };
  }
}

/** 10220: secrets changed since that version. To force it is a person's decision; `rollback` asks for it. */
export function byHand(plan: Pick<Plan, 'worker'>, versionId: string, because: string): string {
  if (/\b10220\b/u.test(because)) return `Secrets changed since that version, and going back takes the old ones: that is for a person to decide. If they still hold:  wrangler rollback ${versionId} --name ${plan.worker}`;
  return `Type it:  ${goBack(plan, versionId)}`;
}

/** What operation return came to. */
export function judgeReturn(plan: Plan, to: { readonly id: string; readonly sha: string | null }, ended: { readonly kind: 'returned' | 'unchanged' } | { readonly kind: 'drifted'; readonly live: string } | { readonly kind: 'return-failed'; readonly why: string }): Judgement {
  const version = `Version ${to.id}${to.sha === null ? '' : ` (${shortSha(to.sha)})`} of ${plan.worker}`;
  switch (ended.kind) {
    case 'unchanged': return { decision: 'skipped', reasonCode: 'unchanged', message: `${version} has all traffic already, and answers. Nothing was written.` };
    case 'returned': return { decision: 'done', reasonCode: 'returned', message: `${version} has all traffic, and answers.` };
    case 'drifted': return { decision: 'failed', reasonCode: 'drifted', message: `Somebody else changed what is live of ${plan.worker} meanwhile (${ended.live}); it was left so. Ask who deploys it, then run this again.` };
    case 'return-failed': return { decision: 'failed', reasonCode: 'return-failed', message: `${version} could not be proven to serve: ${sentence(ended.why)} ${byHand(plan, to.id, ended.why)}` };
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[.!]?$/u, '.');
}
