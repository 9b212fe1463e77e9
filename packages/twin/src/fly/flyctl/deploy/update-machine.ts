import { textOf } from '../error.ts';
import { nameOf } from '../machines.ts';
import { type Deployment, hold, type StatusLine, type Update, warn } from './deployment.ts';
import { release } from './leases.ts';

/** Updates one Machine in place, or replaces it where its host is not to be trusted or has no room. */
export async function updateMachine(deployment: Deployment, update: Update, { line, signal }: { line: StatusLine; signal: AbortSignal }): Promise<void> {
  const { machines } = deployment;
  const { held, input } = update;
  if (update.replace) return replaceMachine(deployment, update, line);
  line.log(`Updating ${nameOf(held.machine)}`);
  try {
    held.machine = await machines.update(held.machine.id, input, held.nonce, signal);
  } catch (error) {
    if (!/could not reserve resource for machine|deploys to this host are temporarily disabled/u.test(textOf(error))) throw error;
    await replaceMachine(deployment, update, line);
  }
}

async function replaceMachine(deployment: Deployment, update: Update, line: StatusLine): Promise<void> {
  const { machines, command } = deployment;
  const old = update.held;
  const name = nameOf(old.machine);
  line.log(`Replacing ${name} by new machine`);
  await machines.destroy(old.machine.id, old.nonce);
  old.destroyed = true;
  old.stopRefreshing();
  const made = hold(await machines.launch({ ...update.input, lease_ttl: Math.floor(command.waitTimeoutMs / 1000) }));
  await release(deployment, made).catch((error: unknown) => warn(`failed to release lease for machine ${nameOf(made.machine)}: ${textOf(error)}`));
  update.held = made;
  line.log(`Created machine ${name}`);
}
