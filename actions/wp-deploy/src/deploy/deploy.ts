import { type Note, UserError } from '@vendure-deploy/shared/action';
import { shortSha } from '@vendure-deploy/shared/release';
import { type Manifest } from '../artifact/manifest.ts';
import { readArtifact, unpack } from '../artifact/unpack.ts';
import type { Context, Result } from '../io.ts';
import type { Target } from '../target.ts';
import { changeOver } from './change-over.ts';
import { commandOf, conclude, judgeChange, named } from './conclude.ts';
import { type Difference, differenceOf, filesOf, sameFiles } from './difference.ts';
import { afterSwitchSeconds, takeLock, underLock } from './locked.ts';
import { lookAtPublic } from './public.ts';
import { requireReady } from './ready.ts';
import { type Anchor, openStage, readPublicBefore, type Stage } from './stage.ts';
import { upload, uploadFolder } from './upload.ts';

/** Anchor, plan, upload beside, switch, read back. */
export async function deploy(target: Target, context: Context): Promise<Result> {
  const { config, sha, artifact } = target;
  const manifest = await readArtifact({ from: artifact, sha, plugin: config.plugin });
  const before = await readPublicBefore(target, context);
  await using stage = await openStage(target, context);
  const { host, wordPress } = stage;
  const anchor = await context.log.group('Read what is live', async (): Promise<Anchor> => {
    const look = await host.look();
    await requireReady(stage, look, manifest.files.reduce((sum, file) => sum + file.bytes, 0));
    return { look, plugin: await wordPress.plugin(), public: before };
  });
  const difference = differenceOf(anchor.look.files, filesOf(manifest));
  const notes = notesOf(anchor);
  if (!context.inputs.redeploy && (await servesAlready(stage, manifest, anchor))) {
    return conclude(stage, { decision: 'skipped', reasonCode: 'unchanged', message: `${config.host} (${target.environment}) has the plugin ${config.plugin} of ${shortSha(sha)} already, byte by byte, and the public gets it. Nothing was written. Deploy it all the same:  ${commandOf(context.run.workflowFile, target.environment, `-f ref=${sha} -f redeploy=true`)}` }, { anchor, difference });
  }
  if (context.inputs['dry-run']) {
    return conclude(stage, { decision: 'done', reasonCode: 'wordpress-planned', message: `The plugin ${config.plugin} of ${shortSha(sha)} would replace ${named(anchor.look)} at ${config.host} (${target.environment}): ${said(difference)}. Nothing was written.` }, { anchor, difference, notes });
  }
  // Awaited here: the session ends with this block.
  return await bring(stage, manifest, { anchor, difference, notes }).catch((error: unknown) => {
    if (!context.signal.aborted) throw error;
    return conclude(stage, { decision: 'failed', reasonCode: 'cancelled', message: `Nothing was switched at ${config.host} (${target.environment}): ${named(anchor.look)} is live, as before.` }, { anchor, difference });
  });
}

/** All of it: the bytes on the host, WordPress's word, and the public's. */
async function servesAlready({ context, target: { config, sha } }: Stage, manifest: Manifest, { look, plugin }: Anchor): Promise<boolean> {
  if (!sameFiles(look.files, filesOf(manifest)) || !plugin.active) return false;
  return (await lookAtPublic(context, config, sha)).ok;
}

async function bring(stage: Stage, manifest: Manifest, facts: { readonly anchor: Anchor; readonly difference: Difference; readonly notes: readonly Note[] }): Promise<Result> {
  const { target: { config, environment, sha, artifact }, context, session, host } = stage;
  const { inputs, log, run } = context;
  const { anchor, difference } = facts;
  const from = uploadFolder(session.folder);
  await unpack({ from: artifact, into: from, sha, plugin: config.plugin });
  const folder = `incoming/${sha}`;
  return underLock(stage, inputs['upload-timeout-seconds'], folder, async () => {
    const changedPhp = [...difference.added, ...difference.changed].filter((path) => path.endsWith('.php'));
    const { beside, tries } = await log.group(`Upload: ${said(difference)}`, () => upload(stage, { from, folder, wanted: filesOf(manifest), changedPhp }));
    const [fault] = beside.syntax ?? [];
    if (fault !== undefined) throw new UserError(`wp-deploy: PHP ${beside.version} of ${config.host} cannot read ${JSON.stringify(fault.path)}: ${fault.why}. Nothing was switched; ${named(anchor.look)} is live, as before.`, { reasonCode: 'not-ready' });
    // The fence: renewed for what is to come, and looked at once more by the very process that renames.
    await takeLock(stage, afterSwitchSeconds(stage), null);
    const changed = await changeOver(stage, { in: folder, files: filesOf(manifest), sha, version: manifest.version === '' ? null : manifest.version, anchor });
    const ended = judgeChange(stage, changed, { subject: `The plugin ${config.plugin} of ${shortSha(sha)}`, anchor, done: said(difference), again: commandOf(run.workflowFile, environment, `-f ref=${sha}`) });
    const healed: readonly Note[] = tries > 1 ? [{ kind: 'healed', what: `The upload was broken by the network, and went through at try ${tries}.` }] : [];
    const left = await leftBehind(stage, changed.kind);
    return conclude(stage, ended, { anchor, look: left ?? (changed.kind === 'serves' ? changed.look : undefined), version: changed.kind === 'serves' ? changed.observed.version : undefined, difference, notes: [...facts.notes, ...healed, ...(beside.syntax === null ? [{ kind: 'skipped', what: 'PHP of the host has no tokenizer: the files were not parsed before the switch.' } as const] : [])] });
  });

  async function leftBehind({ context: { signal } }: Stage, kind: string): Promise<Anchor['look'] | undefined> {
    if (signal.aborted || kind === 'not-switched') return undefined;
    try {
      await host.tidy(config.keep);
      return await host.look();
    } catch (error) {
      log.warning(`wp-deploy: earlier copies were not tidied up: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}

function notesOf({ public: before }: Anchor): readonly Note[] {
  return before.ok ? [] : [{ kind: 'warning', what: `Before this deploy the site was not well: ${before.why}`.slice(0, 290) }];
}

function said({ added, changed, deleted }: Difference): string {
  return `${added.length} added, ${changed.length} changed, ${deleted.length} deleted`;
}
