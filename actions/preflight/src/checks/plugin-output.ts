import type { BuiltPackage } from '@vendure-deploy/shared/config';
import { runShopCommand, type ShopStage } from '@vendure-deploy/shared/shop-commands';
import type { Finding } from '../check.ts';
import { lookAt } from '../plugin-output/look.ts';

export interface PluginQuestion {
  readonly packages: readonly BuiltPackage[];
  /** The configuration's `commands.repair`, one after the other; [] where it names none. */
  readonly repair: readonly (readonly string[])[];
  readonly stage: Omit<ShopStage, 'environment'>;
  /** Just checked out, with nothing installed or built in it: that there is no output is no fault. */
  readonly isFresh: boolean;
}

// As long as the other commands of a shop may take by default.
const REPAIR_SECONDS = 600;

/** Repairs once, and believes what it then sees itself, never the command. */
export async function pluginOutput({ packages, repair, stage, isFresh }: PluginQuestion): Promise<Finding> {
  const look = async (): Promise<{ faults: string[]; stale: string[]; isAbsent: boolean }> => {
    const looks = await Promise.all(packages.map((one) => lookAt(stage.workspace, one)));
    return { faults: looks.flatMap(({ faults }) => faults), stale: packages.filter((_, index) => looks[index]?.faults.length !== 0).map(({ directory }) => directory), isAbsent: looks.every((one) => one.isAbsent || one.faults.length === 0) };
  };
  const before = await look();
  const names = packages.map(({ directory }) => directory).join(', ');
  if (before.faults.length === 0) return { status: 'ok', evidence: `the output of ${names} is that of its sources`, next: '' };
  const found = before.faults.join('; ');
  if (repair.length === 0) return { status: 'failed', evidence: found, next: 'Build it, or name the commands that do as `commands.repair` in the configuration.' };
  // Without a secret: it runs what the packages' own builds are.
  for (const argv of repair) await runShopCommand({ ...stage, argv, environment: {}, timeoutSeconds: REPAIR_SECONDS });
  const after = await look();
  if (after.faults.length > 0) return { status: 'failed', evidence: `${after.faults.join('; ')}; \`commands.repair\` did not mend it`, next: `Run it by hand:  ${repair.map((argv) => argv.join(' ')).join(' && ')}` };
  if (isFresh && before.isAbsent) return { status: 'ok', evidence: `the output of ${names} was built by \`commands.repair\`, and is that of its sources`, next: '' };
  return { status: 'warning', evidence: `${found}; \`commands.repair\` mended it`, next: 'A build cache may hold the output of other sources:  nx reset , and in CI  gh cache delete  with the key that the log of the build names.', notes: [{ kind: 'healed', what: `The built output of ${before.stale.join(', ')} was not that of its sources, and \`commands.repair\` mended it.` }] };
}
