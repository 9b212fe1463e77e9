import type { MachineConfig } from '../../machine-config.ts';
import { during, find, FlyctlError, textOf } from '../error.ts';
import { nameOf, type RemoteMachine } from '../machines.ts';
import { type Deployment, hold, type Held, type StatusLine, warn } from './deployment.ts';
import { inputForLaunch } from './launch-input.ts';
import { release } from './leases.ts';
import { lookAtListening } from './listening.ts';
import { healthChecks, smokeChecks, waitForState, withAdvice } from './waits.ts';
import { logsOfSmoke } from './smoke-logs.ts';

interface Spawning {
  readonly line: StatusLine;
  readonly standbyFor?: readonly string[];
  readonly adapt?: (config: MachineConfig) => MachineConfig;
  readonly signal: AbortSignal;
}

/** One new Machine in a group, held by a lease until it is known to be well. A lease is let go whatever comes of it. */
export async function spawn(deployment: Deployment, group: string, { line, standbyFor = [], adapt = (config) => config, signal }: Spawning): Promise<Held> {
  const { machines, command } = deployment;
  const input = inputForLaunch(deployment, group, standbyFor);
  const made = await machines.launch({ ...input, config: adapt(input.config), lease_ttl: Math.floor(command.waitTimeoutMs / 1000) }, signal).catch((error: unknown) => {
    throw during('error creating a new machine', error);
  });
  const held = hold(made);
  line.log(`Machine ${nameOf(made)} was created`);
  const nonce = held.nonce;
  try {
    if (input.skip_launch !== true && deployment.strategy !== 'immediate') await untilWell(deployment, made, { line, signal });
  } finally {
    await release(deployment, held).catch((error: unknown) => warn(`failed to release lease for machine ${nameOf(made)}: ${textOf(error)}`));
  }
  // The nonce of the lease that was let go still goes out with what is done to it next (measured).
  held.nonce = nonce;
  return held;
}

async function untilWell(deployment: Deployment, machine: RemoteMachine, { line, signal }: { line: StatusLine; signal: AbortSignal }): Promise<void> {
  const { command } = deployment;
  await smokeChecks(deployment, machine, { signal }).catch((error: unknown) => logsOfSmoke(deployment, machine, { error, signal }));
  if (!command.detach) {
    try {
      await waitForState(deployment, machine, 'started', { limitMs: command.waitTimeoutMs, justCreated: true, signal });
      await healthChecks(deployment, machine, { signal }).catch(async (error: unknown) => {
        await lookAtListening(deployment, machine);
        throw error;
      });
    } catch (error) {
      throw withAdvice(error, 'wait-timeout');
    }
    line.success(`Machine ${nameOf(machine)} update finished: success`);
  }
  await lookAtListening(deployment, machine);
}

/** `fly machine destroy --force` from inside a deploy. */
export async function destroyByForce({ machines, signal }: Deployment, { machine, nonce }: Held): Promise<void> {
  if (machine.state === 'destroyed') throw new FlyctlError(`machine ${machine.id} has already been destroyed`);
  process.stdout.write(`machine ${machine.id} was found and is currently in ${machine.state} state, attempting to destroy...\n`);
  await machines.destroy(machine.id, nonce, signal).catch((error: unknown) => {
    throw find(error, FlyctlError) === null ? error : during(`could not destroy machine ${machine.id}`, error);
  });
}
