import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { writeLauncher } from './launcher.ts';

/**
 * The release archive as superfly/flyctl publishes it, and its checksums file. Inside is the stand-in, or what starts the real flyctl that is named: faults of
 * the tool (`tool flyctl …`) act on both.
 */
export async function packFlyctl(options: { directory: string; version: string; real?: string | undefined }): Promise<Record<string, Uint8Array>> {
  const folder = folderOf(options);
  await mkdir(folder, { recursive: true });
  const standIn = { file: join(folder, 'flyctl'), entry: join(import.meta.dirname, '../fly/flyctl/main.ts') };
  await writeLauncher(options.real === undefined ? standIn : { ...standIn, entry: join(import.meta.dirname, '../fly/flyctl/real.ts'), more: { binary: options.real } });
  const name = `flyctl_${options.version}_Linux_x86_64.tar.gz`;
  // The same bytes in every process: a published archive does not change, and caches know it by its digest.
  await create({ gzip: true, portable: true, mtime: new Date(0), cwd: folder, file: join(folder, name) }, ['flyctl']);
  const archive = await readFile(join(folder, name));
  const digest = createHash('sha256').update(archive).digest('hex');
  return { [name]: archive, [`flyctl_${options.version}_checksums.txt`]: Buffer.from(`${digest}  ${name}\n`) };
}

/** The same program, as it lies inside of that archive: what a machine has on its PATH on which somebody installed it. */
export function installedFlyctl(options: { directory: string; version: string }): string {
  return join(folderOf(options), 'flyctl');
}

function folderOf({ directory, version }: { directory: string; version: string }): string {
  return join(directory, 'shelf', `flyctl-${version}`);
}
