import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A process by its id and its start, in clock ticks since boot (proc_pid_stat(5), field 22): an id alone is given anew. */
export interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

export async function markOf(pid: number): Promise<ProcessMark | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return started === undefined ? null : { pid, started };
}

export async function isAlive(mark: ProcessMark): Promise<boolean> {
  return (await markOf(mark.pid))?.started === mark.started;
}

/**
 * Ends what a killed rehearsal left in that world: the steps' processes carry the world's certificate in their environment, the Machines run from its
 * root folders, and the database is named by its mark. A person's own shell in that folder has none of it. @returns how many there were
 */
export async function endOrphans(world: string, marks: readonly ProcessMark[]): Promise<number> {
  const folder = `${await realpath(world)}${sep}`;
  let ended = 0;
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if ((await belongsTo(folder, pid)) && end(pid)) ended += 1;
  }
  for (const mark of marks) if ((await isAlive(mark)) && end(mark.pid)) ended += 1;
  return ended;
}

const HOSTED = 'VENDURE_DEPLOY_WORLD';

/** Marks this process, and all that it starts with its own environment, as the host of that world. No step and no Machine has it: their environments are closed. */
export async function markHost(world: string): Promise<void> {
  process.env[HOSTED] = await realpath(world);
}

async function belongsTo(folder: string, pid: number): Promise<boolean> {
  const [environment, place] = await Promise.all([readFile(join('/proc', String(pid), 'environ'), 'utf8').catch(() => ''), readlink(join('/proc', String(pid), 'cwd')).catch(() => '')]);
  const variables = environment.split('\0');
  const rehearsed = variables.some((variable) => variable.startsWith(`NODE_EXTRA_CA_CERTS=${folder}`));
  // What the host starts itself has inherited its environment (workerd).
  const hosted = variables.includes(`${HOSTED}=${folder.slice(0, -1)}`);
  return rehearsed || hosted || (variables.some((variable) => variable.startsWith('FLY_MACHINE_ID=')) && place.startsWith(folder));
}

function end(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
