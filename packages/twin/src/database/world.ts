import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findPostgres, type Postgres } from './binaries.ts';

const run = promisify(execFile);

export interface DatabaseWorld {
  start(): Promise<void>;
  /** Makes a database. @returns its URL, with the throw-away password */
  create(name: string): Promise<string>;
  query(database: string, sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Names in the shop's `migrations` table, oldest first; none while there is no such table. */
  appliedMigrations(database: string): Promise<readonly string[]>;
  readonly password: string;
  /** Where it listens now; a kept world's database comes back on another port. */
  origin(): string;
  /** @param keep the data is to come back when a database is made again in this directory */
  stop(keep?: boolean): Promise<void>;
  /** The server's process; 0 while there is none. */
  pid(): number;
}

// A start takes about a second; this is far beyond it.
const LONGEST_START_MS = 30_000;

/** @param kept a kept world's data and password; the server itself runs where any user can reach it */
export function createDatabaseWorld({ directory, password = randomBytes(12).toString('hex') }: { directory: string; password?: string }): DatabaseWorld {
  const kept = join(directory, 'data');
  let server: { process: ChildProcess; port: number; folder: string } | null = null;
  const urlOf = (database: string): string => `postgres://postgres:${password}@127.0.0.1:${server?.port ?? 0}/${database}`;
  const query = async (database: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new Client({ connectionString: urlOf(database), connectionTimeoutMillis: 5000 });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    query,
    password,
    origin: () => urlOf('').replace(/\/$/u, ''),
    pid: () => server?.process.pid ?? 0,
    start: async () => {
      if (server !== null) return;
      server = await startServer(await findPostgres(), password, existsSync(kept) ? kept : null);
      await ready(() => query('postgres', 'select 1'));
    },
    create: async (name) => {
      if (!/^[a-z_][a-z0-9_]*$/u.test(name)) throw new Error(`"${name}" is no name for a database.`);
      await query('postgres', `create database ${name}`);
      return urlOf(name);
    },
    appliedMigrations: async (database) => {
      const [table] = await query(database, "select to_regclass('migrations') as name");
      if (table?.['name'] === null || table === undefined) return [];
      return (await query(database, 'select name from migrations order by id')).map((row) => String(row['name']));
    },
    stop: async (keep = false) => {
      if (server === null) return;
      const { process: child, folder } = server;
      server = null;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
      if (child.exitCode === null) {
        child.kill('SIGINT');
        await ended;
      }
      if (keep) {
        await mkdir(directory, { recursive: true });
        await rm(kept, { recursive: true, force: true });
        await run('cp', ['-a', join(folder, 'data'), kept]);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startServer({ bin, user }: Postgres, password: string, kept: string | null): Promise<{ process: ChildProcess; port: number; folder: string }> {
  // Not inside the world's folder: that one is private to its owner, and the server may be another user.
  const folder = await mkdtemp(join(tmpdir(), 'twin-postgres-'));
  const secret = join(folder, 'password');
  await writeFile(secret, password, { mode: 0o600 });
  await chmod(folder, 0o700);
  if (user !== null) for (const path of [folder, secret]) await chown(path, user.uid, user.gid);
  const data = join(folder, 'data');
  const as = { ...user, cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } };
  if (kept !== null) await run('cp', ['-a', kept, data]);
  else await run(join(bin, 'initdb'), ['--pgdata', data, '--username', 'postgres', '--pwfile', secret, '--auth', 'scram-sha-256', '--no-sync', '--encoding', 'UTF8', '--locale', 'C'], as);
  const port = await freePort();
  const settings = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '100' };
  // In a group of its own: a Ctrl-C in the terminal is for the rehearsal, which still asks the database afterwards.
  const process = spawn(join(bin, 'postgres'), ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])], { ...as, stdio: 'ignore', detached: true });
  return { process, port, folder };
}

async function ready(probe: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + LONGEST_START_MS;
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error('PostgreSQL did not start in time.', { cause: error });
      await sleep(50);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
