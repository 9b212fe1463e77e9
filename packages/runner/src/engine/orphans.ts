import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../processes/liveness.ts';

/** Kills what a job left running: processes that carry its RUNNER_TRACKING_ID (S11). Only Linux tells the environment of a process. */
export async function killOrphans(trackingId: string): Promise<void> {
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/u.test(name)).map(Number);
  for (const id of ids.filter((one) => one !== process.pid)) {
    const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`)) continue;
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      continue; // It has ended by itself.
    }
    await gone(id);
  }
}

// A kill is carried out when the process is next scheduled; what it held is free only then.
const LONGEST_WAIT_MS = 2_000;

async function gone(id: number): Promise<void> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  while (Date.now() < deadline) {
    if (!isAlive(id)) return;
    await sleep(5);
  }
}
