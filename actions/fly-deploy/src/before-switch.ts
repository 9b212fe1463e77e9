import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import type { VendureSurface } from '@vendure-deploy/shared/config';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { auditDrift, type Backup, commandEnvironment, judgeDrift, type ShopStage, takeBackup } from '@vendure-deploy/shared/shop-commands';
import type { inputs as declared } from './io.ts';
import type { Stopwatch } from './stopwatch.ts';

type Context = ActionContext<typeof declared>;
type Commands = NonNullable<VendureSurface['commands']>;

/** What the shop's own commands are for this run, read before anything is asked or written. */
export interface ShopCommands {
  readonly driftAudit: Commands['drift-audit'];
  readonly backup: Commands['backup'];
  readonly environment: Readonly<Record<string, Secret>>;
}

/** @throws {UserError} where the input `command-environment` lacks what the configuration names */
export function shopCommands({ inputs, log }: Context, { commands }: VendureSurface): ShopCommands {
  const wanted = {
    driftAudit: inputs['skip-drift-audit'] ? undefined : commands?.['drift-audit'],
    backup: inputs['skip-backup'] ? undefined : commands?.backup,
  };
  if (commands?.['drift-audit'] !== undefined && wanted.driftAudit === undefined) log.warning('skip-drift-audit is set: whether the database has what the commit expects was not looked at.');
  if (commands?.backup !== undefined && wanted.backup === undefined) log.warning('skip-backup is set: no backup is taken by this run.');
  const needed = wanted.driftAudit !== undefined || wanted.backup !== undefined;
  return { ...wanted, environment: needed ? commandEnvironment(inputs['command-environment'], commands?.environment ?? []) : {} };
}

/**
 * Drift first: an audit that stops the deploy costs no backup.
 * @returns the backup of this run, or null where the configuration has none
 * @throws {UserError} where drift is in the way, or the backup is not proven; nothing was switched
 */
export async function auditAndBackUp(context: Context, commands: ShopCommands, watch: Stopwatch): Promise<Backup | null> {
  const { log } = context;
  if (commands.driftAudit !== undefined) await watch.time('drift', () => log.group('Drift audit', () => audit(context, commands)));
  if (commands.backup === undefined) return null;
  return watch.time('backup', () => log.group('Backup', () => backUp(context, commands)));
}

async function audit(context: Context, { driftAudit, environment }: ShopCommands): Promise<void> {
  if (driftAudit === undefined) return;
  const { status, evidence, next } = judgeDrift(await auditDrift(stageOf(context, environment), driftAudit), context.inputs['allow-pending-migration']);
  if (status === 'failed') throw new UserError(`fly-deploy: ${evidence}. Nothing was switched. ${next}`, { reasonCode: 'schema-drift' });
  if (status === 'warning') context.log.warning(`fly-deploy: ${evidence}.`);
  else context.log.info(`${evidence}.`);
}

async function backUp(context: Context, { backup: command, environment }: ShopCommands): Promise<Backup | null> {
  if (command === undefined) return null;
  const { inputs, log, clock, run } = context;
  const taken = await takeBackup(stageOf(context, environment), { command, marker: inputs['backup-marker'], runId: run.runId, clock });
  if (taken.kind === 'unproven') throw new UserError(`fly-deploy: there is no backup that can be relied on: ${taken.why}. Nothing was switched. Mend the command of \`commands.backup\`, or set \`skip-backup\` to deploy without one.`, { reasonCode: 'backup-unproven' });
  const { id, takenAt, bytes } = taken.backup;
  log.info(taken.kind === 'earlier' ? `Backup ${id} of ${takenAt} was taken by this run before; no second one.` : `Backup ${id} of ${takenAt}: ${bytes} bytes.`);
  return taken.backup;
}

function stageOf({ workspace, signal, log }: Context, environment: ShopStage['environment']): ShopStage {
  return { workspace, signal, log, environment };
}
