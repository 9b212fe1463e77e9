import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';

const run = promisify(execFile);

/** Another repository that deploys the shop. */
export interface Caller {
  readonly repository: string;
  /** Its work tree, on `main`. */
  readonly directory: string;
}

interface Origin {
  /** The folder whose workflows are the caller's own. */
  readonly folder: string;
  readonly shop: string;
  /** Who has the lock of every environment. */
  readonly lockRepository: string;
  readonly directory: string;
}

/** Its `main` is the shop's, and one commit: the folder's workflows instead of the shop's, and the lock of the shop. The shop's own `main` is the branch `shop`. Made once, then kept with the world. */
export async function openCaller({ folder, shop, lockRepository, directory }: Origin): Promise<Caller> {
  const repository = `example/${basename(resolve(folder))}`;
  if (existsSync(directory)) return { repository, directory };
  const workflows = join(folder, '.github/workflows');
  if (!existsSync(workflows)) throw new Error(`--caller is ${folder}, which has no .github/workflows. Give a folder whose workflows call the lanes, as examples/ritsubi-caller.`);
  const partial = `${directory}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  const git = (...args: string[]): Promise<unknown> => run('git', ['-C', partial, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args]);
  await run('git', ['clone', '--quiet', '--no-local', '--branch', 'main', shop, partial]);
  await git('branch', 'shop');
  await rm(join(partial, '.github/workflows'), { recursive: true });
  await cp(workflows, join(partial, '.github/workflows'), { recursive: true });
  const config = join(partial, '.github/deploy.config.yml');
  await writeFile(config, lockedAt(await readFile(config, 'utf8'), lockRepository));
  await git('add', '--all');
  await git('commit', '--quiet', '-m', 'Call the lanes from here');
  await rename(partial, directory).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  });
  return { repository, directory };
}

function lockedAt(config: string, repository: string): string {
  const read = parse(config) as { environments: Record<string, object> };
  return stringify({ ...read, environments: Object.fromEntries(Object.entries(read.environments).map(([name, environment]) => [name, { ...environment, lock: { repository } }])) });
}
