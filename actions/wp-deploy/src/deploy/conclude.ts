import type { Note } from '@vendure-deploy/shared/action';
import { shortSha } from '@vendure-deploy/shared/release';
import type { Look } from '../host/host.ts';
import type { Result } from '../io.ts';
import type { ChangedOver } from './change-over.ts';
import { countsOf, type Difference } from './difference.ts';
import { type Ended, judgeTakenBack } from './judge.ts';
import { pageOf } from './page.ts';
import type { Anchor, Stage } from './stage.ts';

interface Facts {
  readonly anchor: Anchor;
  /** What is live now, when it was read after a write. */
  readonly look?: Look | undefined;
  readonly version?: string | undefined;
  readonly difference: Difference | null;
  readonly notes?: readonly Note[];
}

/** Says it in the summary, and makes the result of it. */
export function conclude({ target, context }: Stage, ended: Ended, { anchor, look = anchor.look, version = anchor.plugin.version, difference, notes = [] }: Facts): Result {
  const { config, environment } = target;
  const previous = anchor.look.sha ?? '';
  context.summary.add(pageOf({ environment, config, message: ended.message, decision: ended.decision, live: look, version, previous, difference }));
  return {
    ...ended,
    outputs: { 'serving-sha': look.sha ?? '', 'previous-sha': previous, 'plugin-version': version, ...(difference === null ? {} : countsOf(difference)), copies: JSON.stringify(look.copies), url: config['public-url'] },
    result: {
      surface: 'wordpress', environment, host: config.host, plugin: config.plugin, before: { live: anchor.look.live, sha: anchor.look.sha, active: anchor.plugin.active, version: anchor.plugin.version, public: anchor.public },
      serving: look.sha, copies: look.copies, ...(difference === null ? {} : { difference: countsOf(difference) }),
    },
    notes,
  };
}

/** A copy by its commit; one that somebody put there by hand has none. */
export function named(look: Pick<Look, 'live' | 'sha'>): string {
  if (look.live === 'absent') return 'nothing';
  return look.sha === null ? 'a copy of no known commit' : shortSha(look.sha);
}

/** @param again the command that does the same once more */
export function judgeChange({ target: { config, environment }, context }: Stage, changed: ChangedOver, { subject, anchor, done, again }: { readonly subject: string; readonly anchor: Anchor; readonly done: string; readonly again: string }): Ended {
  const place = `${config.host} (${environment})`;
  if (changed.kind === 'serves') return { decision: 'done', reasonCode: subject.startsWith('The earlier') ? 'previous-copy-serves' : 'deployed', message: `${subject} serves at ${place}: ${done}; ${changed.observed.public.why}.` };
  if (changed.kind === 'not-switched') return { decision: 'failed', reasonCode: changed.fenceLost ? 'fence-lost' : 'not-deployed', message: `${subject} was not switched on at ${place}: ${changed.why}. ${named(anchor.look)} is live, as before. Once more:  ${again}` };
  if (changed.kind === 'unknown') return { decision: 'unknown', reasonCode: 'serves-unproven', message: `The connection to ${place} was lost during the switch, and did not come back: ${changed.why}. Either ${subject.replace('The', 'the')} or ${named(anchor.look)} is live, whole. Look:  ${commandOf(context.run.workflowFile, environment, '-f action=status')}` };
  return judgeTakenBack(changed.fault, changed.back, { subject, before: named(anchor.look), place, back: commandOf(context.run.workflowFile, environment, '-f action=return') });
}

export function commandOf(workflow: string, environment: string, more: string): string {
  return `gh workflow run ${workflow} -f environment=${environment}${more === '' ? '' : ` ${more}`}`;
}
