import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import type { BuiltPackage } from '@vendure-deploy/shared/config';
import { filesOf } from './files.ts';
import { importsOf } from './imports.ts';
import { anyFile, packageJson, type PackageJson, packageTargets, relativeTargets } from './resolve.ts';
import { sourceHash, storedHash } from './source-hash.ts';

export interface Look {
  /** Sentences; none: the output is that of the sources, and whole. */
  readonly faults: readonly string[];
  /** Nothing of the output is there: it was never built here. */
  readonly isAbsent: boolean;
}

// Each of a long list would hide the command that mends them all.
const MOST_FAULTS = 5;

/** @param root where the commit is checked out. @throws {UserError} where the configuration names no sources: no repair would mend that */
export async function lookAt(root: string, wanted: BuiltPackage): Promise<Look> {
  const folder = join(root, wanted.directory);
  const [sources, output] = await Promise.all([filesOf(folder, wanted.sources), filesOf(folder, wanted.output)]);
  if (sources.length === 0) throw new UserError(`\`plugin-output\` names the sources ${wanted.sources.join(', ')} in ${wanted.directory}, and there is none`, { reasonCode: 'invalid-config' });
  if (output.length === 0) return { faults: [`${wanted.directory} has no output (${wanted.output.join(', ')})`], isAbsent: true };
  const manifest = await readManifest(folder);
  const faults = (await Promise.all([hashFault(folder, wanted, sources), importFaults({ folder, shown: wanted.directory, files: output, manifest, package: folder }), importFaults({ folder: root, shown: '', files: await filesOf(root, wanted['imported-by']), manifest, package: folder })])).flat();
  return { faults: faults.length > MOST_FAULTS ? [...faults.slice(0, MOST_FAULTS), `and ${faults.length - MOST_FAULTS} more`] : faults, isAbsent: false };
}

async function hashFault(folder: string, { directory, 'source-hash': file }: BuiltPackage, sources: readonly string[]): Promise<string[]> {
  const [now, built] = await Promise.all([sourceHash(folder, sources), storedHash(join(folder, file))]);
  if (built === null) return [`the build left no hash of its sources in ${directory}/${file}`];
  return built === now ? [] : [`the output of ${directory} was built from other sources (${built.slice(0, 12)} in ${file}, and they are ${now.slice(0, 12)})`];
}

interface Importers {
  readonly folder: string;
  /** Before a file's name in a sentence; '' for the root. */
  readonly shown: string;
  readonly files: readonly string[];
  readonly manifest: PackageJson;
  readonly package: string;
}

/** Of the output itself, what it imports of itself; of whoever uses it, what they import of the package. */
async function importFaults(importers: Importers): Promise<string[]> {
  const modules = importers.files.filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file));
  return (await Promise.all(modules.map((file) => faultsOf(importers, file)))).flat();
}

async function faultsOf({ folder, shown, manifest, package: own }: Importers, file: string): Promise<string[]> {
  const path = join(folder, file);
  const name = shown === '' ? file : `${shown}/${file}`;
  const specifiers = await importsOf(file, await readFile(path, 'utf8')).catch(() => null);
  if (specifiers === null) return [`${name} is no module that can be read`];
  const dead = await Promise.all(specifiers.map(async (specifier) => {
    const targets = specifier.startsWith('.') ? (folder === own ? relativeTargets(path, specifier) : null) : packageTargets(manifest, own, specifier);
    return targets === null || (await anyFile(targets)) ? [] : [`${name} imports ${specifier}, which is not there`];
  }));
  return dead.flat();
}

async function readManifest(folder: string): Promise<PackageJson> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  return packageJson.parse(JSON.parse(text));
}
