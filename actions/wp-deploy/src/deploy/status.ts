import type { Context, Result } from '../io.ts';
import type { Target } from '../target.ts';
import { commandOf, conclude, named } from './conclude.ts';
import { openStage, readPublicBefore } from './stage.ts';

/** What the host has, what WordPress says, and what the public gets. */
export async function status(target: Target, context: Context): Promise<Result> {
  const { config, environment } = target;
  const before = await readPublicBefore(target, context);
  await using stage = await openStage(target, context);
  const look = await context.log.group('Read what is live', () => stage.host.look());
  const plugin = await stage.wordPress.plugin();
  const well = look.live === 'directory' && plugin.active && before.ok;
  const lock = look.lock === null ? '' : ` Locked until ${look.lock.until} by ${look.lock.by}.`;
  const has = `${config.host} (${environment}) has ${named(look)} of the plugin ${config.plugin}, ${plugin.active ? 'active' : 'not active'}; ${before.why}.${lock}`;
  if (well) return conclude(stage, { decision: 'done', reasonCode: 'wordpress-read', message: has }, { anchor: { look, plugin, public: before }, difference: null });
  return conclude(stage, { decision: 'failed', reasonCode: 'probe-failed', message: `${has} ${look.copies.length === 0 ? 'No earlier copy is kept' : `Return to the copy before:  ${commandOf(context.run.workflowFile, environment, '-f action=return')}`}` }, { anchor: { look, plugin, public: before }, difference: null });
}
