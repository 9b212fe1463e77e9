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

interface Licence {
  /** Name, version and the licence's short name. */
  readonly title: string;
  readonly text: string;
}

/** @returns one text, sorted by name, the same for the same lock file; a licence that many packages share word for word stands there once, below all their names */
export async function licences(action: string): Promise<string> {
  const found = new Map<string, Licence | null>();
  await visit(action, found);
  const byText = Map.groupBy([...found.values()].filter((licence) => licence !== null).sort((one, other) => (one.title < other.title ? -1 : 1)), ({ text }) => text);
  return [...byText].map(([text, shared]) => [...shared.map(({ title }) => title), text].join('\n').trim()).join('\n\n');
}

async function visit(folder: string, found: Map<string, Licence | null>): Promise<void> {
  const { dependencies = {} } = await read(folder);
  for (const name of Object.keys(dependencies)) {
    const place = resolve(folder, name);
    const described = await read(place);
    const key = `${described.name}@${described.version ?? ''}`;
    if (found.has(key)) continue;
    // Our own kernel is no third party; what it needs is.
    found.set(key, described.name.startsWith('@vendure-deploy/') ? null : await licenceOf(place, described));
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

async function licenceOf(folder: string, { name, version = '', license = 'no licence named' }: Package): Promise<Licence> {
  const files = (await readdir(folder)).filter((file) => /^(?:licen[cs]e|copying|notice)/iu.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8').catch(() => '')));
  return { title: `${name} ${version} (${license})`, text: texts.map((one) => one.trim()).join('\n').trim() };
}

async function read(folder: string): Promise<Package> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Package;
}
