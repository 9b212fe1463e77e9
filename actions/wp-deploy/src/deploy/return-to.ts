import { shortSha } from '@vendure-deploy/shared/release';
import type { Context, Result } from '../io.ts';
import type { Target } from '../target.ts';
import { changeOver } from './change-over.ts';
import { commandOf, conclude, judgeChange, named } from './conclude.ts';
import { differenceOf } from './difference.ts';
import { afterSwitchSeconds, underLock } from './locked.ts';
import { requireReady } from './ready.ts';
import { type Anchor, openStage, readPublicBefore } from './stage.ts';

/** An earlier copy serves again. What is live becomes the newest copy: the way forward is the same command once more. */
export async function returnTo(target: Target, context: Context): Promise<Result> {
  const { config, environment } = target;
  const before = await readPublicBefore(target, context);
  await using stage = await openStage(target, context);
  const { host, wordPress } = stage;
  const anchor = await context.log.group('Read what is live', async (): Promise<Anchor> => {
    const look = await host.look();
    await requireReady(stage, look, 0);
    return { look, plugin: await wordPress.plugin(), public: before };
  });
  const to = context.inputs['to-sha'];
  const copy = anchor.look.copies.find(({ sha }) => to === '' || sha === to);
  if (copy === undefined) {
    const kept = anchor.look.copies.map(({ sha }) => sha ?? 'one of no known commit').join(', ');
    return conclude(stage, { decision: 'failed', reasonCode: 'copies-missing', message: `${config.host} (${environment}) keeps no copy${to === '' ? '' : ` of ${to}`} of ${config.plugin}${kept === '' ? '' : `; it has ${kept}`}. ${named(anchor.look)} is live. Deploy the commit instead:  ${commandOf(context.run.workflowFile, environment, `-f ref=${to === '' ? '<sha>' : to}`)}` }, { anchor, difference: null });
  }
  const folder = `previous/${copy.name}`;
  const files = (await host.look({ folder, php: [] })).beside ?? new Map();
  const difference = differenceOf(anchor.look.files, files);
  const subject = `The earlier copy ${copy.sha === null ? 'of no known commit' : shortSha(copy.sha)} of the plugin ${config.plugin}`;
  if (context.inputs['dry-run']) return conclude(stage, { decision: 'done', reasonCode: 'wordpress-planned', message: `${subject} would replace ${named(anchor.look)} at ${config.host} (${environment}). Nothing was written.` }, { anchor, difference });
  // Awaited here: the session ends with this block.
  return await underLock(stage, afterSwitchSeconds(stage), null, async () => {
    const changed = await changeOver(stage, { in: folder, files, sha: copy.sha, version: null, anchor });
    const ended = judgeChange(stage, changed, { subject, anchor, done: `instead of ${named(anchor.look)}`, again: commandOf(context.run.workflowFile, environment, '-f action=return') });
    return conclude(stage, ended, { anchor, look: changed.kind === 'serves' ? changed.look : undefined, version: changed.kind === 'serves' ? changed.observed.version : undefined, difference });
  });
}
