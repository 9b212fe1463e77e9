import { glob, readFile } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { WorkspacePackage } from './stale-output.ts';

const pnpm = z.object({ packages: z.array(z.string()) }).transform(({ packages }) => packages);
// npm and Yarn; the second shape is Yarn's older one.
const root = z.object({ workspaces: z.union([z.array(z.string()), pnpm]) }).transform(({ workspaces }) => workspaces);
const manifest = z.object({ name: z.string() });

/** The packages that the checkout says it has the sources of; null where it does not say, or not so that it can be read. */
export async function workspacePackages(checkout: string): Promise<readonly WorkspacePackage[] | null> {
  const globs = (await declared(join(checkout, 'pnpm-workspace.yaml'), pnpm)) ?? (await declared(join(checkout, 'package.json'), root));
  if (globs === null) return null;
  const [never, meant] = [globs.filter((one) => one.startsWith('!')), globs.filter((one) => !one.startsWith('!'))];
  const found: WorkspacePackage[] = [];
  for await (const file of glob(meant.map(manifestIn), { cwd: checkout, exclude: ['**/node_modules/**', ...never.map((one) => one.slice(1))] })) {
    const own = await declared(join(checkout, file), manifest);
    const directory = posix.dirname(file.split(sep).join('/'));
    if (own !== null && directory !== '.') found.push({ name: own.name, directory });
  }
  return found.toSorted((one, other) => one.directory.localeCompare(other.directory));
}

function manifestIn(folders: string): string {
  return posix.join(folders, 'package.json');
}

/** JSON is YAML, too. */
async function declared<T>(file: string, shape: z.ZodType<T>): Promise<T | null> {
  try {
    return shape.parse(parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
