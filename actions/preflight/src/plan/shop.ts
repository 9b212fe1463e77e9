import type { VendureSurface } from '@vendure-deploy/shared/config';
import { auditDrift, type Backup, judgeDrift, type ShopStage, takeBackup } from '@vendure-deploy/shared/shop-commands';
import type { Check, LeftOut, Planned } from '../check.ts';
import { pluginOutput } from '../checks/plugin-output.ts';
import type { Facts } from '../facts.ts';
import type { Context, Subject } from '../subject.ts';

type Commands = NonNullable<VendureSurface['commands']>;

/** What the shop itself is asked, where its commit lies. */
export function shopChecks(context: Context, subject: Subject, facts: Facts): readonly Planned[] {
  const { vendure } = subject;
  if (vendure === null) return [];
  const { 'plugin-output': packages, commands } = vendure;
  const plugins = leftOut(context.inputs['skip-plugin-check'], 'skip-plugin-check', packages, 'plugin-output');
  const drift = leftOut(context.inputs['skip-drift-audit'], 'skip-drift-audit', commands?.['drift-audit'], 'commands.drift-audit');
  const backup = leftOut(context.inputs['skip-backup'], 'skip-backup', commands?.backup, 'commands.backup');
  return [
    {
      id: 'checkout', name: 'checkout of the commit', reasonCode: 'checkout-mismatch', after: ['ref'],
      leftOut: [plugins, drift, backup].includes(null) ? null : { by: 'plan', why: 'no check needs it' },
      ask: async () => {
        const { folder, isFetched } = await facts.checkout();
        return { status: 'ok', evidence: isFetched ? 'it was fetched into a folder of its own' : 'the workspace is the commit', next: '', data: { folder } };
      },
    },
    {
      id: 'plugin-output', name: 'plugin output', reasonCode: 'plugin-output-stale', leftOut: plugins, after: ['checkout'],
      ask: async () => {
        const { folder, isFresh } = await facts.checkout();
        return pluginOutput({ packages: packages ?? [], repair: commandsOf(commands?.repair), stage: stageOf(context, folder), isFresh });
      },
    },
    {
      id: 'drift-audit', name: 'drift audit', reasonCode: 'schema-drift', leftOut: drift, after: ['checkout', 'plugin-output'],
      ask: async () => {
        const audit = commands?.['drift-audit'];
        if (audit === undefined) throw new Error('there is no `commands.drift-audit`');
        const found = await auditDrift({ ...stageOf(context, (await facts.checkout()).folder), environment: subject.commandEnvironment }, audit);
        return { ...judgeDrift(found, context.inputs['allow-pending-migration']), data: { drift: found } };
      },
    },
  ];
}

/** The last check: a deploy that may not start takes no backup, and neither does one that finds its commit serving. */
export function backupCheck(context: Context, subject: Subject, facts: Facts, before: readonly Check[]): { readonly planned: Planned; taken(): Backup | null } {
  const command = subject.vendure?.commands?.backup;
  const { inputs, clock, run } = context;
  let taken: Backup | null = null;
  const failed = before.filter(({ status }) => status === 'failed');
  return {
    planned: {
      id: 'backup', name: 'backup', reasonCode: 'backup-unproven',
      leftOut: leftOut(inputs['skip-backup'], 'skip-backup', command, 'commands.backup') ?? (inputs['dry-run'] ? { by: 'plan', why: 'a dry run takes none' } : null) ?? (failed.length === 0 ? null : { by: 'plan', why: 'none was taken: another check failed' }),
      ask: async () => {
        if (command === undefined) throw new Error('there is no `commands.backup`');
        const [serving, sha] = await Promise.all([facts.serving('vendure'), facts.sha()]);
        if (serving.sha === sha) return { status: 'skipped', evidence: 'the commit serves already: fly-deploy takes one if it finds something to do', next: '' };
        const stage = { ...stageOf(context, (await facts.checkout()).folder), environment: subject.commandEnvironment };
        const answer = await takeBackup(stage, { command, marker: inputs['backup-marker'], runId: run.runId, clock });
        if (answer.kind === 'unproven') return { status: 'failed', evidence: `there is no backup that can be relied on: ${answer.why}`, next: 'Mend the command of `commands.backup`, or set skip-backup to deploy without one.' };
        taken = answer.backup;
        const { id, takenAt, bytes } = taken;
        const age = Math.max(0, Math.round((clock.now() - Date.parse(takenAt)) / 1000));
        return { status: 'ok', evidence: `backup ${id} of ${takenAt}, ${age} s old, ${bytes} bytes${answer.kind === 'earlier' ? '; an earlier step of this run took it' : ''}`, next: '', data: { id, 'taken-at': takenAt, bytes } };
      },
    },
    taken: () => taken,
  };
}

function leftOut(isSkipped: boolean, input: string, configured: unknown, key: string): LeftOut | null {
  if (configured === undefined) return { by: 'plan', why: `the configuration has no \`${key}\`` };
  return isSkipped ? { by: 'switch', input } : null;
}

/** One command, or a list of them. */
function commandsOf(repair: Commands['repair']): readonly (readonly string[])[] {
  if (repair === undefined) return [];
  const [first] = repair;
  return typeof first === 'string' ? [repair.filter((word) => typeof word === 'string')] : repair.filter((argv) => typeof argv !== 'string');
}

function stageOf({ signal, log }: Context, workspace: string): Omit<ShopStage, 'environment'> {
  return { workspace, signal, log };
}
