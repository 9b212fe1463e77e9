import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exports as exportsOf } from 'resolve.exports';
import { z } from 'zod';

/** What of a package.json says where a module of it lies. */
export const packageJson = z.looseObject({ name: z.string().default(''), main: z.string().optional(), exports: z.unknown().optional() });
export type PackageJson = z.infer<typeof packageJson>;

/** Where a relative import may lead, as Node looks for it in either module system. */
export function relativeTargets(file: string, specifier: string): string[] {
  return endings(join(dirname(file), specifier));
}

/** Where an import of the package may lead, by its `exports`; [] where they do not have it. null: it is not of this package. */
export function packageTargets({ name, main, exports }: PackageJson, folder: string, specifier: string): string[] | null {
  if (name === '' || (specifier !== name && !specifier.startsWith(`${name}/`))) return null;
  if (exports === undefined) return endings(join(folder, specifier === name ? (main ?? 'index.js') : specifier.slice(name.length + 1)));
  return [{}, { require: true }].flatMap((how) => exported({ name, exports }, specifier, how)).map((path) => join(folder, path));
}

export async function anyFile(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => stat(path).then((one) => one.isFile(), () => false)));
  return found.includes(true);
}

/** It throws for what the package does not export. */
function exported(manifest: { name: string; exports: unknown }, specifier: string, how: { require?: boolean }): string[] {
  try {
    return [...(exportsOf(manifest as { name: string }, specifier, how) ?? [])];
  } catch {
    return [];
  }
}

function endings(path: string): string[] {
  return [path, ...['.js', '.cjs', '.mjs', '.json', '.node'].map((ending) => `${path}${ending}`), join(path, 'index.js'), join(path, 'index.cjs')];
}
