import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { init, type Outcome } from '../src/init.ts';
import { setting } from '../src/command-line.ts';
import type { Extra } from '../src/propose/index.ts';

const run = promisify(execFile);
export const root = join(import.meta.dirname, '../../..');

/** A shop's checkout of its own, with everything committed. */
export interface Shop extends AsyncDisposable {
  readonly directory: string;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Paths below .github, sorted. */
  written(): Promise<string[]>;
  git(...args: string[]): Promise<string>;
  init(asked?: Asked): Promise<Outcome>;
}

export interface Asked {
  readonly sets?: readonly string[];
  readonly extras?: readonly Extra[];
  readonly pin?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** A copy of an example without what script/init is to write. @param files what else lies in it, or instead */
export async function shopOf(example: 'shop' | 'vendure', files: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const from = join(root, 'examples', example);
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: from });
  const directory = await mkdtemp(join(tmpdir(), 'init-'));
  for (const file of stdout.split('\0').filter((path) => path !== '' && !/^(?:\.github|history)\//u.test(path))) await cp(join(from, file), join(directory, file));
  return checkoutIn(directory, files);
}

/** These files alone. */
export async function bareShop(files: Readonly<Record<string, string>>): Promise<Shop> {
  return checkoutIn(await mkdtemp(join(tmpdir(), 'init-')), files);
}

async function checkoutIn(directory: string, files: Readonly<Record<string, string>>): Promise<Shop> {
  const git = (...args: string[]): Promise<string> => run('git', ['-C', directory, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args]).then(({ stdout }) => stdout);
  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  for (const [path, text] of Object.entries(files)) await write(path, text);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('commit', '--quiet', '--allow-empty', '-m', 'The shop');
  return {
    directory, git, write,
    read: (path) => readFile(join(directory, path), 'utf8'),
    written: async () => (await readdir(join(directory, '.github'), { recursive: true }).catch(() => [])).filter((file) => file.endsWith('.yml')).sort(),
    init: ({ sets = [], extras = [], pin, force = false, dryRun = false } = {}) => init({ repo: directory, sets: sets.map(setting), extras, pin: pin ?? null, force, dryRun }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
