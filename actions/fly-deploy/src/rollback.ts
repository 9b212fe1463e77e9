import type { ActionContext } from '@vendure-deploy/shared/action';
import { shortSha } from '@vendure-deploy/shared/release';
import type { Attempted } from './attempts.ts';
import { working } from './fleet.ts';
import type { inputs as declared } from './io.ts';
import { convergence, type Judgement } from './judge.ts';
import type { Observed } from './observe.ts';
import type { Plan } from './plan.ts';

/** The deploy that would bring back what served, or why there is none. */
export type WayBack = { readonly kind: 'there'; readonly plan: Plan } | { readonly kind: 'none'; readonly why: string };

/** One image, run by every Machine before the first write, is what can be brought back; anything else would be a guess. */
export function wayBack(plan: Plan, anchor: Observed): WayBack {
  const before = working(anchor.machines);
  const images = [...new Set(before.map(({ image }) => image))];
  const [first] = before;
  if (first === undefined || first.image === '') return none('no Machine said which image it ran before');
  if (images.length > 1) return none(`the Machines ran ${images.length} images before (${images.join(', ')})`);
  if (first.image === plan.image || first.tag === plan.tag) return none('the image before was the same');
  const sha = anchor.public.kind === 'serves' ? anchor.public.sha : first.revision;
  if (sha === '') return none('which commit served before is not known');
  return { kind: 'there', plan: { ...plan, sha, tag: first.tag, digest: first.digest, image: first.image } };
}

function none(why: string): WayBack {
  return { kind: 'none', why };
}

/** What a deploy of the previous image does not bring back. */
const NOT_BROUGHT_BACK = 'Not brought back: the database, should the release command have migrated it, and secrets that were changed.';

/** The end of a rollback: the target does not serve in any case, so it is never `done`. */
export function judgeReturn(failed: Judgement, back: Plan, { attempt, observed, stopped }: Attempted): Judgement {
  const where = convergence(back, observed);
  if (where === 'target') return { decision: 'failed', reasonCode: 'rolled-back', message: `${failed.message} Rolled back: Vendure serves ${shortSha(back.sha)} again, every Machine, every check, and the public URL, read twice. ${NOT_BROUGHT_BACK}` };
  const said = attempt.kind === 'ended' && attempt.lastWords !== '' ? ` Its last words: ${attempt.lastWords}` : '';
  const more = stopped === null ? '' : ` No second run of flyctl was tried: ${stopped}.`;
  const next = `Look first:  flyctl status --app ${back.app} . Then by hand:  flyctl deploy --app ${back.app} --image ${back.image} --skip-release-command`;
  const message = `${failed.message} The rollback to ${shortSha(back.sha)} did not get there.${said}${more} ${next}`;
  return { decision: where === 'unreadable' ? 'unknown' : 'partial', reasonCode: 'rollback-failed', message };
}

export interface Returned extends Attempted {
  readonly plan: Plan;
  readonly judgement: Judgement;
}

interface RollBack {
  readonly context: ActionContext<typeof declared>;
  readonly judgement: Judgement;
  readonly plan: Plan;
  readonly anchor: Observed;
  /** Renews the lock; why it is not ours, or null. */
  readonly fence: () => Promise<string | null>;
  readonly deploy: (back: Plan) => Promise<Attempted>;
}

/**
 * Only from a fleet that was read to be part new and part old: where all of it is old there is nothing to bring back, and what could not be read is no ground for a write.
 * @returns null where nothing was tried; the log says why
 */
export async function rollBack({ context: { log, signal }, judgement, plan, anchor, fence, deploy }: RollBack): Promise<Returned | null> {
  if (judgement.decision !== 'partial' || signal.aborted) return null;
  const way = wayBack(plan, anchor);
  if (way.kind === 'none') return refused(`${way.why}.`);
  const held = await fence();
  if (held !== null) return refused(held);
  log.warning(`fly-deploy: ${judgement.message} rollback=auto: deploying the previous image, ${way.plan.image}.`);
  const attempted = await deploy(way.plan);
  return { ...attempted, plan: way.plan, judgement: judgeReturn(judgement, way.plan, attempted) };

  function refused(why: string): null {
    log.warning(`fly-deploy: rollback=auto, and nothing was rolled back: ${why}`);
    return null;
  }
}
