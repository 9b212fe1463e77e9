import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Deed, deedsOf, type Step } from './text.ts';

export const root = join(import.meta.dirname, '../../../..');

/** A copy of the suite in which a recipe may do what it says. */
export interface Tree extends AsyncDisposable {
  readonly directory: string;
  read(path: string): Promise<string>;
  follow(steps: readonly Step[]): Promise<void>;
  /** What a program printed, with nothing of this process but its tools. @throws when it ends with another code than 0 */
  run(command: string, args: readonly string[]): Promise<string>;
}

/** Everything that git would commit here, but of the actions only those: each has a bundle of 1 MB, and a build takes its time for each; of the examples what calls the suite. */
export async function openTree(actions: readonly string[]): Promise<Tree> {
  const directory = await mkdtemp(join(tmpdir(), 'contributing-'));
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const wanted = stdout.split('\0').filter((file) => file !== '' && !/^(?:examples\/(?![^/]+\/\.github\/)|actions\/)/u.test(file));
  for (const file of wanted) await copy(file, directory);
  for (const action of actions) await cp(join(root, 'actions', action), join(directory, 'actions', action), { recursive: true, filter: (source) => !source.includes('/build/') && !source.endsWith('/build') });
  // The shop alone decides whether bootstrap fetches its packages; no recipe needs them.
  await copy('examples/shop/pnpm-lock.yaml', directory);
  await linkPackages(directory);
  await markInstalled(directory);
  return {
    directory,
    read: (path) => readFile(join(directory, path), 'utf8'),
    follow: async (steps) => {
      for (const deed of steps.flatMap(deedsOf)) await carryOut(deed, directory);
    },
    run: (command, args) => run(command, args, directory),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function carryOut(deed: Deed, directory: string): Promise<void> {
  if (deed.kind === 'run') {
    await run('bash', ['-euo', 'pipefail', '-c', deed.command], directory);
    // What `npm ci` would bring for the new lock file is linked here already; bootstrap would fetch it all.
    if (deed.command.startsWith('npm install')) await markInstalled(directory);
    return;
  }
  const path = join(directory, deed.file);
  const text = await readFile(path, 'utf8');
  const old = deed.kind === 'replace' ? deed.old : deed.anchor;
  if (text.split(old).length !== 2) throw new Error(`${deed.file} has ${text.split(old).length - 1} places with ${JSON.stringify(old)}. A recipe must name one.`);
  await writeFile(path, deed.kind === 'replace' ? text.replace(old, () => deed.by) : text.split('\n').flatMap((line) => inserted(deed, line)).join('\n'));
}

/** With the anchor's indentation. */
function inserted({ where, anchor, line: added }: Extract<Deed, { kind: 'insert' }>, line: string): string[] {
  if (!line.includes(anchor)) return [line];
  const indented = `${/^\s*/u.exec(line)?.[0] ?? ''}${added}`;
  return where === 'above' ? [indented, line] : [line, indented];
}

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  // Nothing of the surrounding jest: a nested one would take its worker's environment for its own.
  const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], BOOTSTRAP_SHOP: 'no', npm_config_offline: 'true' };
  const started = promisify(execFile)(command, [...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  return started.then(({ stdout }) => stdout, (error: { message: string; stdout: string; stderr: string }) => {
    throw new Error(`${args.at(-1) ?? command}\n${error.stdout}${error.stderr}`);
  });
}

async function copy(file: string, directory: string): Promise<void> {
  await mkdir(join(directory, dirname(file)), { recursive: true });
  // A file that git still knows may have been removed here.
  await cp(join(root, file), join(directory, file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Every package of the suite itself, but the workspaces' names lead into the copy. */
async function linkPackages(directory: string): Promise<void> {
  const modules = join(directory, 'node_modules');
  await mkdir(join(modules, '@vendure-deploy'), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules'))) if (name !== '@vendure-deploy' && name !== '.installed-lock') await symlink(join(root, 'node_modules', name), join(modules, name));
  for (const name of ['shared', 'migration-scan', 'twin', 'runner', 'rehearsal', 'workflows', 'acceptance']) {
    await symlink(`../../packages/${name}`, join(modules, '@vendure-deploy', name));
    const own = await readdir(join(root, 'packages', name, 'node_modules')).catch(() => []);
    if (own.length > 0) await symlink(join(root, 'packages', name, 'node_modules'), join(directory, 'packages', name, 'node_modules'));
  }
}

/** As bootstrap does after an install: git's hash of the lock file and package.json, one after the other. */
async function markInstalled(directory: string): Promise<void> {
  const bytes = Buffer.concat(await Promise.all(['package-lock.json', 'package.json'].map((file) => readFile(join(directory, file)))));
  await writeFile(join(directory, 'node_modules/.installed-lock'), createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'));
}
