/**
 * The licences of everything that a bundle may hold: the production dependencies of the action and of the kernel, and theirs. ncc's own list misses
 * packages whose modules were merged into another, and keeps only the last chunk's. A package too many does no harm, one too few does.
 */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface Package {
  readonly name: string;
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** @returns one text, sorted by name, the same for the same lock file */
export async function licences(action: string): Promise<string> {
  const found = new Map<string, string>();
  await visit(action, found);
  return [...found.values()].sort().join('\n\n');
}

async function visit(folder: string, found: Map<string, string>): Promise<void> {
  const { dependencies = {} } = await read(folder);
  for (const name of Object.keys(dependencies)) {
    const place = resolve(folder, name);
    const described = await read(place);
    const key = `${described.name}@${described.version ?? ''}`;
    if (found.has(key)) continue;
    // Our own kernel is no third party; what it needs is.
    found.set(key, described.name.startsWith('@vendure-deploy/') ? '' : await text(place, described));
    await visit(place, found);
  }
}

/** As Node finds it: the nearest node_modules upwards. */
function resolve(from: string, name: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === dirname(folder)) throw new Error(`licences: ${name}, which ${from} needs, is not installed`);
  }
}

async function text(folder: string, { name, version = '', license = 'no licence named' }: Package): Promise<string> {
  const files = (await readdir(folder)).filter((file) => /^(?:licen[cs]e|copying|notice)/iu.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8').catch(() => '')));
  return [`${name} ${version} (${license})`, ...texts.map((one) => one.trim())].join('\n').trim();
}

async function read(folder: string): Promise<Package> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Package;
}
