import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The home folder of the rehearsed machine. Its npm and pnpm are set to install from the stores that the bootstrap filled, without network: a property of
 * the machine, as an image of a hosted runner has its own, and no change to the shop's commands.
 * minimumReleaseAge: the check needs the registry's dates; the lock file was checked when it was written.
 */
export async function makeHome(home: string, stores: { readonly npm: string; readonly pnpm: string }): Promise<string> {
  const folder = join(home, '.config/pnpm');
  await mkdir(folder, { recursive: true });
  const settings = { storeDir: stores.pnpm, offline: true, minimumReleaseAge: 0, verifyDepsBeforeRun: false, updateNotifier: false };
  await writeFile(join(folder, 'config.yaml'), Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join(''));
  await writeFile(join(home, '.npmrc'), `cache=${stores.npm}\noffline=true\n`);
  return home;
}
