import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { cloudflarePreviewClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import type { Judgement } from '../deploy/judge.ts';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { removedText, tell } from './comment.ts';
import { requireOwnPullRequest } from './fork.ts';
import { type Preview, previewOf } from './settings.ts';

/** Whether the Worker is there, as Cloudflare says it; or why that is not known. */
export type Presence = { readonly kind: 'there' } | { readonly kind: 'gone' } | { readonly kind: 'unreadable'; readonly why: string };

/** The Worker of a closed pull request goes away, and no other: its name is made of the configured beginning and the number. */
export async function removePreview(target: Target, context: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const { inputs, http, log, signal, run } = context;
  await requireOwnPullRequest(run);
  const wanted = previewOf(target, inputs['pull-request']);
  const cloudflare = cloudflarePreviewClient({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal });
  const read = (): Promise<Presence> => cloudflare.exists(wanted.worker).then((exists) => ({ kind: exists ? 'there' : 'gone' }), (error: unknown) => ({ kind: 'unreadable', why: whyOf(error) }));
  const before = await log.group('Read whether it is there', read);
  signal.throwIfAborted();
  let refusal = '';
  if (before.kind === 'there') {
    // Its answer may be lost: what is read afterwards decides.
    await log.group(`Remove ${wanted.worker}`, () => cloudflare.deletePreview(wanted)).catch((error: unknown) => { refusal = whyOf(error); });
  }
  const after = before.kind === 'there' ? await log.group('Read back', read) : before;
  signal.throwIfAborted();
  const judgement = judgeRemoval(wanted, { before, after, refusal, again: `gh run rerun ${run.runId}` });
  if (after.kind === 'gone') await log.group('Comment in the pull request', () => tell(wanted, removedText(wanted), context, { create: false }));
  return { ...judgement, outputs: {}, result: { surface: target.surface, worker: wanted.worker, 'pull-request': wanted.pullRequest, before: before.kind, after: after.kind } };
}

export function judgeRemoval({ worker }: Pick<Preview, 'worker'>, { before, after, refusal, again }: { before: Presence; after: Presence; refusal: string; again: string }): Judgement {
  if (before.kind === 'unreadable') return { decision: 'failed', reasonCode: 'anchor-unreadable', message: `Whether ${worker} is there could not be read: ${before.why}. Nothing was removed. Try again:  ${again}` };
  if (before.kind === 'gone') return { decision: 'skipped', reasonCode: 'preview-removed', message: `There is no Worker ${worker}. Nothing was removed.` };
  if (after.kind === 'gone') return { decision: 'done', reasonCode: 'preview-removed', message: `The Worker ${worker} was removed; Cloudflare does not know it any more.` };
  const said = refusal === '' ? '' : ` Cloudflare said: ${refusal}.`;
  return after.kind === 'there'
    ? { decision: 'failed', reasonCode: 'preview-not-removed', message: `The Worker ${worker} is there still.${said} Try again:  ${again}` }
    : { decision: 'unknown', reasonCode: 'preview-not-removed', message: `Whether the Worker ${worker} is there still could not be read: ${after.why}.${said} Try again:  ${again}` };
}

function whyOf(error: unknown): string {
  if (error instanceof ProviderError) return error.message;
  throw error;
}
