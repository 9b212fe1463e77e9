import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { endOrphans, isAlive, markOf, type ProcessMark } from './processes.ts';

const mark = z.object({ pid: z.number(), started: z.string() });
const hostFile = z.object({ host: mark, socket: z.string(), processes: z.array(mark) });

export type HostFile = z.infer<typeof hostFile>;

/** Whose world it is: this process hosts it, or another one does and can be reached by a socket. */
export type Claim = { readonly kind: 'host'; readonly orphans: number } | { readonly kind: 'guest'; readonly socket: string };

// Seeding takes some seconds; a host that is alive and not ready for this long is stuck.
const LONGEST_SEED_MS = 180_000;
const POLL_MS = 100;

/** Claims the world or finds its host; what a killed host left running is ended first. */
export async function claim(world: string): Promise<Claim> {
  const deadline = Date.now() + LONGEST_SEED_MS;
  for (;;) {
    if (await take(world)) return { kind: 'host', orphans: 0 };
    const holder = await readMark(world);
    const file = await readHostFile(world);
    if (holder !== null && !(await isAlive(holder))) {
      const orphans = await endOrphans(world, file?.processes ?? []);
      await rm(join(world, 'host.json'), { force: true });
      await rm(join(world, 'host.claim'), { force: true });
      if (await take(world)) return { kind: 'host', orphans };
      continue;
    }
    if (file !== null && file.socket !== '') return { kind: 'guest', socket: file.socket };
    if (Date.now() > deadline) throw new Error(`${world} is being opened by process ${holder?.pid ?? 'unknown'}, which does not get ready. End it, or give another --world.`);
    await sleep(POLL_MS);
  }
}

/** Ends what a killed host left in a world that nobody will come back to. @returns null when there was no such host; else how many processes */
export async function endAbandoned(world: string): Promise<number | null> {
  const holder = await readMark(world);
  if (holder === null || (await isAlive(holder))) return null;
  return endOrphans(world, (await readHostFile(world))?.processes ?? []);
}

/** Says where guests find this host, and which processes must end with it. */
export async function publish(world: string, socket: string, processes: readonly ProcessMark[]): Promise<void> {
  const host = await markOf(process.pid);
  if (host === null) throw new Error('This machine has no /proc: a world cannot be shared on it.');
  await writeFile(join(world, 'host.json'), JSON.stringify({ host, socket, processes: [...processes] } satisfies HostFile));
}

export async function giveUp(world: string): Promise<void> {
  await rm(join(world, 'host.json'), { force: true });
  await rm(join(world, 'host.claim'), { force: true });
}

/** One of several that come at once gets it: the file is made, or is there. */
async function take(world: string): Promise<boolean> {
  const own = await markOf(process.pid);
  // Each time: the one before us may have taken the folder away with it.
  await mkdir(world, { recursive: true });
  return writeFile(join(world, 'host.claim'), JSON.stringify(own), { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST' || error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

async function readMark(world: string): Promise<ProcessMark | null> {
  return mark.safeParse(await readJson(join(world, 'host.claim'))).data ?? null;
}

async function readHostFile(world: string): Promise<HostFile | null> {
  return hostFile.safeParse(await readJson(join(world, 'host.json'))).data ?? null;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}
