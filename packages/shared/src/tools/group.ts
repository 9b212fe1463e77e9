const living = new Set<number>();
let guarded = false;

/** From SIGTERM to SIGKILL. With the default grace of 3 s this ends 5 s after the first signal; GitHub's runner gives 7.5 s. */
const lastChanceMs = 2_000;

/** When this process ends for whatever reason, its children's groups end with it. */
export function watchGroup(pid: number): () => void {
  living.add(pid);
  if (!guarded) {
    guarded = true;
    process.on('exit', () => {
      for (const group of living) signalGroup(group, 'SIGKILL');
    });
  }
  return () => {
    // The leader is gone; who remains of its group has no one to answer to.
    signalGroup(pid, 'SIGKILL');
    living.delete(pid);
  };
}

/** SIGINT first (wrangler and flyctl then give their lease back), SIGTERM, then SIGKILL, to everyone in the group. */
export function endGroup(pid: number, graceMs: number): void {
  signalGroup(pid, 'SIGINT');
  setTimeout(() => living.has(pid) && signalGroup(pid, 'SIGTERM'), graceMs).unref();
  setTimeout(() => living.has(pid) && signalGroup(pid, 'SIGKILL'), graceMs + lastChanceMs).unref();
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}
