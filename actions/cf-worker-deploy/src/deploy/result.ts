import type { ActionResult } from '@vendure-deploy/shared/action';
import type { Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import type { Judgement } from './judge.ts';
import type { Observed } from './observe.ts';

/** What every deploying operation puts out. */
export function resultOf(target: Target, anchor: Observed, observed: Observed, { decision, reasonCode, message }: Judgement, more: Record<string, unknown>): ActionResult<Outputs> {
  // The public may be unreadable while Cloudflare still names the commit.
  const before = anchor.public.kind === 'serves' ? anchor.public.sha : ((anchor.live.kind === 'live' ? anchor.live.tag : null) ?? '');
  return {
    decision,
    reasonCode,
    message,
    outputs: {
      'serving-sha': observed.public.kind === 'serves' ? observed.public.sha : '',
      'previous-sha': before,
      'version-id': observed.live.kind === 'live' ? observed.live.versionId : '',
      'previous-version-id': anchor.live.kind === 'live' ? anchor.live.versionId : '',
      'deployment-id': observed.live.kind === 'live' || observed.live.kind === 'split' ? observed.live.deploymentId : '',
      url: target.config['public-url'],
    },
    result: { surface: target.surface, worker: target.config.worker, before, intended: target.sha, observed: observed.public, live: observed.live, anchor: anchor.live, ...more },
  };
}
