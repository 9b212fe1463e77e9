import type { ActionResult } from '@vendure-deploy/shared/action';
import type { Proof } from '../access/judge.ts';
import type { Judgement } from '../deploy/judge.ts';
import type { Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import type { AnchorReading } from './anchor.ts';

interface More {
  /** The last proof that was tried. */
  readonly proof?: Proof | null;
  /** The commit that was read to answer. */
  readonly serves?: string;
  readonly removed?: readonly string[];
}

export function result(target: Target, anchor: AnchorReading, { decision, reasonCode, message }: Judgement, { proof = null, serves = '', removed = [] }: More = {}): ActionResult<Outputs> {
  const account = anchor.kind === 'read' ? anchor.account : null;
  const live = account?.live.kind === 'live' ? account.live : null;
  return {
    decision,
    reasonCode,
    message,
    outputs: { 'serving-sha': serves, 'version-id': live?.versionId ?? '', 'deployment-id': live?.deploymentId ?? '', url: target.config['public-url'] },
    result: { surface: target.surface, worker: target.config.worker, intended: target.sha, route: target.config.route?.pattern ?? '', anchor: account, access: proof, removed },
  };
}
