import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { unpacked } from '../stage/conformance-tools.ts';
import { freePort, startServer } from '../stage/process.ts';
import { INDEX, WP_CLI } from './site.ts';

/** One file of the host, as it lies there. */
export interface Found {
  readonly sha256: string;
  /** Of the same inode: hard links of one content. */
  readonly inode: number;
  readonly mode: number;
}

/** A host with a WordPress: Debian's sshd, rsync and PHP on loopback, as a user without rights; WordPress and WP-CLI are stand-ins. */
export interface Vps extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  /** Pinned: `[127.0.0.1]:PORT ssh-ed25519 AAAA…`. */
  readonly knownHost: string;
  /** Of a host that is none. */
  readonly strangerKnownHost: string;
  readonly privateKey: string;
  readonly strangerKey: string;
  readonly encryptedKey: string;
  readonly publicUrl: string;
  readonly paths: { readonly wordpress: string; readonly plugins: string; readonly releases: string };
  /** The local programs of a deploy, first on its PATH: rsync. */
  readonly bin: string;
  /** Everything below a folder of the host; null: it is not there. */
  tree(folder: string): Promise<ReadonlyMap<string, Found> | null>;
  /** Names in `previous`, the oldest first. */
  copies(): Promise<readonly string[]>;
  /** A file below the site's state: what fails, hangs or is red. */
  set(name: string, on: boolean): Promise<void>;
  /** A fault of the host's rsync or php, once. */
  fault(name: 'cut-rsync' | 'hold-rsync' | 'slow-exchange' | 'cut-exchange', on?: boolean): Promise<void>;
  /** Fulfilled once there is such a file of the host's. */
  until(name: string): Promise<void>;
  /** Fulfilled once nobody is logged in. */
  quiet(): Promise<void>;
  /** What WP-CLI was asked, in order. */
  calls(): Promise<readonly string[]>;
  write(path: string, text: string): Promise<void>;
  /** An installed WordPress without the plugin, and no fault. */
  reset(): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
}

const PLUGIN = 'tea-shop';
/** `nobody`: sshd then is not root and chroots nowhere, and a folder may be closed to it. */
const NOBODY = 65_534;

export async function openVps(): Promise<Vps> {
  const folder = await mkdtemp(join(tmpdir(), 'vps-'));
  const uid = process.getuid?.() === 0 ? NOBODY : (process.getuid?.() ?? 0);
  const gid = process.getuid?.() === 0 ? NOBODY : (process.getgid?.() ?? 0);
  const own = async (path: string): Promise<void> => chown(path, uid, gid);
  const [bin, home, wordpress, srv, faults, local] = ['bin', 'home', 'site', 'srv', 'faults', 'local'].map((name) => join(folder, name)) as [string, string, string, string, string, string];
  const paths = { wordpress, plugins: join(wordpress, 'wp-content/plugins'), releases: join(srv, 'releases') };
  const state = join(wordpress, '.state');
  await chmod(folder, 0o755);
  for (const path of [bin, local, home, srv, faults, wordpress, join(wordpress, 'wp-content'), paths.plugins, state, join(state, 'active')]) await mkdir(path, { recursive: true });
  for (const path of [home, srv, faults, wordpress, join(wordpress, 'wp-content'), paths.plugins, state, join(state, 'active')]) await own(path);

  // The folder of the tools may be closed to others.
  const [sshd, rsync, php] = await Promise.all(['sshd', 'rsync', 'php8.2'].map(async (name) => {
    const copy = join(folder, 'tools', name);
    await cp(unpacked(name as 'sshd'), copy, { recursive: true, verbatimSymlinks: true });
    return copy;
  })) as [string, string, string];
  const library = async (tool: string): Promise<string> => join(tool, 'usr/lib', (await readdir(join(tool, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu')) ?? '');
  const script = async (path: string, text: string): Promise<void> => {
    await writeFile(path, text);
    await chmod(path, 0o755);
  };
  const extensions = join(php, 'usr/lib/php', (await readdir(join(php, 'usr/lib/php'))).find((name) => /^\d+$/u.test(name)) ?? '');
  const realPhp = `'${join(php, 'usr/bin/php8.2')}' -n -d extension_dir='${extensions}' -d extension=tokenizer`;
  const realRsync = `env LD_LIBRARY_PATH='${await library(rsync)}' '${join(rsync, 'usr/bin/rsync')}'`;
  await script(join(local, 'rsync'), `#!/bin/sh\nexec ${realRsync} "$@"\n`);
  await script(join(bin, 'rsync'), `#!/bin/sh
if [ -f '${faults}/cut-rsync' ]; then
  rm '${faults}/cut-rsync'
  dd bs=1 count=60000 2>/dev/null | ${realRsync} "$@"
  kill -9 $PPID
  exit
fi
if [ -f '${faults}/hold-rsync' ]; then touch '${faults}/holding'; while [ -f '${faults}/hold-rsync' ]; do sleep 0.05; done; fi
exec ${realRsync} "$@"
`);
  await script(join(bin, 'php'), `#!/bin/sh
for last in "$@"; do :; done
case "$(printf %s "$last" | base64 -d 2>/dev/null)" in *'"do":"exchange"'*)
  if [ -f '${faults}/slow-exchange' ]; then rm '${faults}/slow-exchange'; touch '${faults}/exchanging'; sleep 0.5; fi
  if [ -f '${faults}/cut-exchange' ]; then rm '${faults}/cut-exchange'; ${realPhp} "$@" > /dev/null; read -r _ _ _ session _ < /proc/$PPID/stat; kill -9 $session; exit; fi ;;
esac
exec ${realPhp} "$@"
`);
  await script(join(bin, 'wp'), WP_CLI);
  await writeFile(join(wordpress, 'index.php'), INDEX);
  await writeFile(join(wordpress, 'wp-config.php'), '<?php\n');

  const keygen = (name: string, passphrase = ''): void => void execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', join(folder, name)]);
  for (const name of ['host', 'stranger-host', 'user', 'stranger']) keygen(name);
  keygen('encrypted', 'a passphrase');
  await own(join(folder, 'host'));
  await writeFile(join(folder, 'authorized_keys'), await readFile(join(folder, 'user.pub'), 'utf8'));
  const [port, sitePort] = [await freePort(), await freePort()];
  // A user of its own, with a shell and a home: the name service of this sshd alone knows it.
  await writeFile(join(folder, 'passwd'), `deploy:x:${uid}:${gid}:deploy:${home}:/bin/bash\n`);
  await writeFile(join(folder, 'group'), `deploy:x:${gid}:\n`);
  await writeFile(join(folder, 'sshd_config'), `Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(folder, 'host')}
AuthorizedKeysFile ${join(folder, 'authorized_keys')}
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
LogLevel VERBOSE
MaxStartups 100
SetEnv PATH=${bin}:/usr/bin:/bin
`);
  const asUser = process.getuid?.() === 0 ? { command: 'setpriv', args: [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'] } : { command: 'env', args: [] };
  const listens = (at: number) => (): Promise<boolean> => fetch(`http://127.0.0.1:${at}/`).then(() => true, (error: { cause?: { code?: string } }) => error.cause?.code !== 'ECONNREFUSED');
  const libraries = await library(sshd);
  const server = await startServer(asUser.command, [...asUser.args, join(sshd, 'usr/sbin/sshd'), '-D', '-e', '-f', join(folder, 'sshd_config')], {
    PATH: process.env['PATH'], LD_LIBRARY_PATH: libraries, LD_PRELOAD: join(libraries, 'libnss_wrapper.so'), NSS_WRAPPER_PASSWD: join(folder, 'passwd'), NSS_WRAPPER_GROUP: join(folder, 'group'),
  }, listens(port));
  const site = await startServer(asUser.command, [...asUser.args, join(php, 'usr/bin/php8.2'), '-n', '-S', `127.0.0.1:${sitePort}`, '-t', wordpress, join(wordpress, 'index.php')], { PATH: process.env['PATH'] }, listens(sitePort));

  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const pinned = async (name: string): Promise<string> => `[127.0.0.1]:${port} ${(await text(`${name}.pub`)).split(' ').slice(0, 2).join(' ')}`;
  const flag = async (path: string, on: boolean): Promise<void> => {
    if (!on) return rm(path, { force: true });
    await writeFile(path, '');
    await own(path);
  };
  return {
    port, user: 'deploy', publicUrl: `http://127.0.0.1:${sitePort}`, paths, bin: local,
    knownHost: await pinned('host'), strangerKnownHost: await pinned('stranger-host'),
    privateKey: await text('user'), strangerKey: await text('stranger'), encryptedKey: await text('encrypted'),
    tree,
    copies: async () => (await readdir(join(paths.releases, PLUGIN, 'previous')).catch((): string[] => [])).sort((one, other) => one.localeCompare(other)),
    set: (name, on) => flag(join(state, name), on),
    fault: (name, on = true) => flag(join(faults, name), on),
    async until(name) {
      const late = AbortSignal.timeout(30_000);
      for (;;) {
        for (const parent of [faults, state]) if (await stat(join(parent, name)).then(() => true, () => false)) return rm(join(parent, name));
        await setTimeout(20, undefined, { signal: late });
      }
    },
    async quiet() {
      const late = AbortSignal.timeout(10_000);
      while ((await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8')).trim() !== '') await setTimeout(20, undefined, { signal: late });
    },
    calls: async () => (await readFile(join(state, 'calls'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    async write(path, content) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      await own(dirname(path));
      await own(path);
    },
    async reset() {
      for (const parent of [paths.plugins, srv, faults, state]) {
        await chmod(parent, 0o755);
        for (const name of await readdir(parent)) await rm(join(parent, name), { recursive: true, force: true });
      }
      await mkdir(join(state, 'active'));
      await own(join(state, 'active'));
    },
    chmod: (path, mode) => chmod(path, mode),
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function tree(root: string): Promise<ReadonlyMap<string, Found> | null> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return null;
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(await Promise.all(files.map(async (path) => {
    const { ino, mode } = await stat(path);
    return [relative(root, path), { sha256: createHash('sha256').update(await readFile(path)).digest('hex'), inode: ino, mode: mode & 0o777 }] as const;
  })));
}
