import { find, MachinesApiError, textOf } from '../../error.ts';
import { nameOf } from '../../machines.ts';
import { type Colours, destroyCommand, forEach, isReachable, retried, throwIfAborted } from './colours.ts';
import { waitFor, watch } from './greens.ts';

const ATTEMPTS = 5;

/** Marks each old Machine, so that a person knows it later. What cannot be marked is warned of only. */
export async function tagBlues(colours: Colours): Promise<void> {
  const { deployment: { machines, app }, blues } = colours;
  const untagged: string[] = [];
  await forEach(colours, blues, async ({ held: { machine } }) => {
    const name = nameOf(machine);
    await retried(colours, { what: 'safe-for-deletion tag', name }, () => machines.setMetadata(machine.id, 'fly_bluegreen_deployment_tag', 'safe_to_destroy')).catch((error: unknown) => {
      process.stderr.write(`  [warn] Could not tag machine ${name} as safe-for-deletion after ${ATTEMPTS} attempts: ${textOf(error)}\n`);
      untagged.push(machine.id);
    });
  });
  if (untagged.length > 0) process.stderr.write(`  [warn] ${untagged.length} blue machine(s) could not be tagged safe-for-deletion. The deployment will still proceed; if a later step fails you may need to remove them manually with:\n    ${destroyCommand(app, untagged)}\n`);
}

export async function cordonBlues(colours: Colours): Promise<void> {
  await forEach(colours, colours.blues.filter(isReachable), async ({ held }) => {
    throwIfAborted(colours);
    const name = nameOf(held.machine);
    await retried(colours, { what: 'cordon', name }, () => colours.deployment.machines.cordon(held.machine.id, held.nonce)).then(
      () => process.stderr.write(`  Machine ${name} cordoned\n`),
      (error: unknown) => process.stderr.write(`  [warn] Failed to cordon machine ${name} after ${ATTEMPTS} attempts: ${textOf(error)}\n`),
    );
  });
}

export async function stopBlues(colours: Colours): Promise<void> {
  const { machines, command } = colours.deployment;
  await forEach(colours, colours.blues.filter(isReachable), async ({ held }) => {
    throwIfAborted(colours);
    const name = nameOf(held.machine);
    await retried(colours, { what: 'stop', name }, () => machines.stop(held.machine.id, { signal: command.stopSignal }, held.nonce)).catch((error: unknown) => {
      process.stderr.write(`  [warn] Failed to stop machine ${name} after ${ATTEMPTS} attempts: ${textOf(error)}\n`);
    });
  });
}

/** A blue that refuses to stop holds everything up until the limit, and then the deploy fails (measured). */
export async function waitStopped(colours: Colours): Promise<void> {
  const blues = colours.blues.filter(isReachable);
  const states = new Map(blues.map(({ held: { machine } }) => [nameOf(machine), machine.state]));
  const over = new AbortController();
  for (const { held: { machine } } of blues) void waitFor(colours, machine, 'stopped', over.signal).then(() => states.set(nameOf(machine), 'stopped'), () => undefined);
  await watch(colours, { states, isDone: () => [...states.values()].every((state) => state === 'stopped'), failure: () => null }).finally(() => over.abort());
}

/** What cannot be destroyed is told, and the deploy is a success all the same. */
export async function destroyBlues(colours: Colours): Promise<void> {
  const { deployment: { machines, app }, blues, hanging } = colours;
  await forEach(colours, blues, async (blue) => {
    throwIfAborted(colours);
    const { held } = blue;
    const name = nameOf(held.machine);
    // A Machine whose host does not answer is destroyed without the nonce, although flyctl holds its lease (measured).
    const destroy = (): Promise<void> => machines.destroy(held.machine.id, isReachable(blue) ? held.nonce : '').catch((error: unknown) => {
      if (find(error, MachinesApiError)?.status !== 404) throw error;
    });
    await retried(colours, { what: 'destroy', name }, destroy).then(
      () => {
        held.destroyed = isReachable(blue);
        process.stderr.write(`  Machine ${name} destroyed\n`);
      },
      () => hanging.push(held.machine.id),
    );
  });
  if (hanging.length > 0) process.stderr.write(`\n  Failed to destroy ${hanging.length} machine(s). Remove them manually with:\n\n    ${destroyCommand(app, hanging)}\n\n`);
}
