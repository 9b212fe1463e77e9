import { dirname } from 'node:path/posix';
import { z } from 'zod';
import type { Checkout } from '../checkout.ts';
import type { PackageManager } from './found.ts';
import { jsonOf } from './parse.ts';

const manifest = z.looseObject({
  name: z.string().optional(),
  packageManager: z.string().optional(),
  workspaces: z.unknown(),
  scripts: z.record(z.string(), z.unknown()).catch({}),
  dependencies: z.record(z.string(), z.unknown()).catch({}),
}).partial();
const project = z.looseObject({ name: z.string().optional(), targets: z.record(z.string(), z.unknown()).catch({}) }).partial();

export type Manifest = z.infer<typeof manifest>;

/** By the lock file at the root; without one, npm. */
export async function findPackageManager({ files, read }: Pick<Checkout, 'files' | 'read'>): Promise<PackageManager> {
  const has = (file: string): boolean => files.includes(file);
  const root = await manifestOf('.', read);
  const name = has('pnpm-lock.yaml') ? 'pnpm' : has('yarn.lock') ? 'yarn' : 'npm';
  const isModern = has('.yarnrc.yml') || /^yarn@(?!1\.)/u.test(root?.packageManager ?? '');
  return { name, isModern, hasWorkspaces: has('pnpm-workspace.yaml') ? files.filter(isManifest).length > 1 : root?.workspaces !== undefined, hasNx: has('nx.json') };
}

export interface FoundPackage {
  readonly directory: string;
  /** What Nx calls it, else what its package.json does. */
  readonly name: string | null;
  /** Scripts of package.json and targets of project.json. */
  readonly scripts: readonly string[];
}

/** The package that a folder belongs to: its own, or the nearest above. */
export async function packageOf(directory: string, { files, read }: Pick<Checkout, 'files' | 'read'>): Promise<FoundPackage | null> {
  for (let folder = directory; ; folder = dirname(folder)) {
    const [own, nx] = [await manifestOf(folder, read), await projectOf(folder, files, read)];
    if (own !== null || nx !== null) return { directory: folder, name: nx?.name ?? own?.name ?? null, scripts: [...Object.keys(nx?.targets ?? {}), ...Object.keys(own?.scripts ?? {})] };
    if (folder === '.') return null;
  }
}

export async function manifestOf(directory: string, read: Checkout['read']): Promise<Manifest | null> {
  const file = within(directory, 'package.json');
  const text = await read(file);
  return text === null ? null : manifest.catch({}).parse(jsonOf(text, file));
}

async function projectOf(directory: string, files: readonly string[], read: Checkout['read']): Promise<z.infer<typeof project> | null> {
  const file = within(directory, 'project.json');
  const text = files.includes(file) ? await read(file) : null;
  return text === null ? null : project.catch({}).parse(jsonOf(text, file));
}

/** '.' is the root. */
export function within(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`;
}

function isManifest(file: string): boolean {
  return file === 'package.json' || file.endsWith('/package.json');
}
