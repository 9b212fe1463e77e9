/** Programs out of Debian's packages, unpacked into a folder: nothing is installed, and the system's own sources stay as they are. */
import { execFile } from 'node:child_process';
import { chmod, glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Two releases, so that one machine can have what neither has alone: trixie's docker works with bookworm's runc on bookworm's libc (2.36),
 * trixie's runc wants 2.38.
 */
const SUITES = ['bookworm', 'trixie'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const LIBRARIES = 'usr/lib/*-linux-gnu';

/**
 * @param packages as apt takes them: `name=version`. Debian keeps only the newest revision of a release, so the upstream version is what can be pinned.
 * @param program its path in the packages. @returns a program that finds the libraries that were unpacked beside it
 */
export async function fromDebian(packages: readonly string[], program: string, folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'debian-'));
  try {
    const apt = await ownApt(work, environment);
    await apt('update');
    await apt('download', ...packages);
    await mkdir(folder, { recursive: true });
    for await (const file of glob('*.deb', { cwd: work })) await run('dpkg-deb', ['-x', join(work, file), folder]);
    await wrap(program, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** apt with lists, sources and a cache of its own. Without a sandbox user of its own: as root it would warn of a folder that `_apt` cannot enter. */
async function ownApt(work: string, environment: NodeJS.ProcessEnv): Promise<(...args: string[]) => Promise<void>> {
  const mirror = await mirrorOfThisMachine();
  for (const path of ['lists/partial', 'cache/archives/partial']) await mkdir(join(work, path), { recursive: true });
  await writeFile(join(work, 'sources.list'), SUITES.map((suite) => `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`).join(''));
  const options = [`Dir::State::lists=${work}/lists`, `Dir::Etc::sourcelist=${work}/sources.list`, 'Dir::Etc::sourceparts=/dev/null', 'Dir::Etc::preferencesparts=/dev/null', `Dir::Cache=${work}/cache`, 'APT::Sandbox::User=root'];
  return async (...args) => void (await run('apt-get', ['-qq', ...options.flatMap((option) => ['-o', option]), ...args], { cwd: work, env: environment }));
}

/** Where this machine has its own packages from. */
async function mirrorOfThisMachine(): Promise<string> {
  for (const file of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const found = /^(?:URIs:|deb(?: \[[^\]]*\])?) *(\S+\/debian\/?)(?: |$)/mu.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error('this machine is no Debian: neither debian.sources nor sources.list names where its packages are.');
}

async function wrap(program: string, folder: string): Promise<void> {
  const libraries: string[] = [];
  for await (const path of glob(LIBRARIES, { cwd: folder })) libraries.push(join(folder, path));
  const name = program.split('/').at(-1) ?? program;
  await mkdir(join(folder, 'wrapped'), { recursive: true });
  await writeFile(join(folder, 'wrapped', name), `#!/bin/sh\n${libraries.length === 0 ? '' : `export LD_LIBRARY_PATH='${libraries.join(':')}'\n`}exec '${join(folder, program)}' "$@"\n`);
  await chmod(join(folder, 'wrapped', name), 0o755);
}
