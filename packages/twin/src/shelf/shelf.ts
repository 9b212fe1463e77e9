import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLauncher } from './launcher.ts';

/** A folder for PATH: the real node, git, npm and pnpm, and the stand-in for docker. @returns that folder */
export async function fillShelf(options: { directory: string }): Promise<string> {
  const bin = join(options.directory, 'shelf', 'bin');
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  // They export nothing, so that their files are found by their place in the suite's root.
  const packages = join(import.meta.dirname, '../../../../node_modules');
  await Promise.all([
    symlink(process.execPath, join(bin, 'node')),
    symlink('/usr/bin/git', join(bin, 'git')),
    symlink(join(packages, 'npm/bin/npm-cli.js'), join(bin, 'npm')),
    symlink(join(packages, 'pnpm/bin/pnpm.mjs'), join(bin, 'pnpm')),
    writeLauncher({ file: join(bin, 'docker'), entry: join(import.meta.dirname, '../docker/main.ts') }),
  ]);
  return bin;
}
