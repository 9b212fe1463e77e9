import { processServices } from '../../machine-config.ts';
import { doubling } from '../clock.ts';
import { groupOf, type RemoteMachine } from '../machines.ts';
import type { Deployment } from './deployment.ts';

// How long flyctl gives an app to open its port before it warns.
const PATIENCE_MS = 15_000;

/** Once per process group flyctl looks whether its port is listened on. That is a warning only: an error ends it silently. */
export async function lookAtListening({ machines, toml, clock, looked, signal }: Deployment, machine: RemoteMachine): Promise<void> {
  const group = groupOf(machine);
  if (looked.has(group)) return;
  looked.add(group);
  const ports = processServices(toml, group).map(({ internal_port }) => internal_port);
  if (ports.length === 0) return;
  const since = Date.now();
  const pauses = doubling(500, 2000);
  for (;;) {
    const processes = await machines.processes(machine.id, signal).catch(() => null);
    if (processes === null) return;
    const open = processes.flatMap(({ listen_sockets }) => listen_sockets).map(({ address }) => address);
    const missing = ports.filter((port) => !open.some((address) => address.endsWith(`:${port}`) && !address.startsWith('127.')));
    if (missing.length === 0) return;
    if (clock.since(since) >= PATIENCE_MS) {
      if (open.length > 0) process.stderr.write(`\nWARNING The app is not listening on the expected address and will not be reachable by fly-proxy.\nYou can fix this by configuring your app to listen on the following addresses:\n${missing.map((port) => `  - 0.0.0.0:${port}\n`).join('')}\n`);
      return;
    }
    await clock.rest(pauses.next().value, signal);
    if (signal.aborted) return;
  }
}
