import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

// A process that was sent SIGKILL needs a moment to be gone.
const GRACE_MS = 1000;

/**
 * Ends what a step left running, found as GitHub's runner finds it: by the tracking id in its environment (Linux only).
 * @returns the command lines of what was still alive
 */
export async function endOrphans(trackingId: string): Promise<string[]> {
  const deadline = performance.now() + GRACE_MS;
  let alive = await processesWith(trackingId);
  while (alive.length > 0 && performance.now() < deadline) {
    await sleep(20);
    alive = await processesWith(trackingId);
  }
  for (const { pid } of alive) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself just now.
    }
  }
  return alive.map(({ command }) => command);
}

async function processesWith(trackingId: string): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(pids.map(async (pid) => {
    // Another user's process is unreadable, one that just ended is gone, a zombie has no environment: none of them is ours to end.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`)) return [];
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return [{ pid: Number(pid), command: command.replaceAll('\0', ' ').trim() }];
  }));
  return found.flat();
}
