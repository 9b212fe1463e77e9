import { primaryRegion, releaseCommand, releaseCommandConfig } from '../../machine-config.ts';
import { doubling } from '../clock.ts';
import { during, find, outcomeOf, FlyctlError, MachinesApiError, textOf } from '../error.ts';
import type { MachineEvent, RemoteMachine } from '../machines.ts';
import { isLate, limited } from '../scope.ts';
import { type Deployment, type StatusLine, statusLine } from './deployment.ts';
import { inputOf } from './launch-input.ts';
import { pollLogs } from './release-logs.ts';
import { waitForState, withAdvice } from './waits.ts';

/** Runs the release command in a Machine of its own, before any other is touched. @throws when it ends with anything but 0 */
export async function runReleaseCommand(deployment: Deployment): Promise<void> {
  const words = releaseCommand(deployment.toml);
  if (words === null || deployment.command.skipReleaseCommand) return;
  process.stderr.write(`Running ${deployment.app} release_command: ${words.join(' ')}\n`);
  const line = statusLine(1, 1);
  try {
    await run(deployment, words, line);
  } catch (error) {
    line.failure(`Failed: ${textOf(error).split('\n')[0] ?? ''}`);
    throw new FlyctlError(`release command failed - aborting deployment. ${textOf(error)}`, { cause: error });
  }
}

async function run(deployment: Deployment, words: readonly string[], line: StatusLine): Promise<void> {
  const { machines, app, signal, command } = deployment;
  const [made] = await Promise.all([outcomeOf(create(deployment, words, line)), prepareLogs(deployment)]);
  const [machine, error] = made;
  if (machine === null) throw error;
  const { id } = machine;
  const logs = pollLogs(deployment, id);
  try {
    process.stderr.write('Starting machine\n');
    line.log(`Waiting for ${id} to have state: started`);
    await machines.start(id, signal).catch((error: unknown) => {
      process.stderr.write(`error starting release_command machine: ${textOf(error)}\n`);
      throw error;
    });
    await untilDone(deployment, machine, line);
    const exit = await exitEvent(deployment, id, line).catch((error: unknown) => {
      throw during(`error finding the release_command machine ${id} exit event`, error);
    });
    const code = exit.request?.exit_event?.exit_code ?? -1;
    if (code === 0 && command.verbose) await logs.wanted(app);
    if (code === 0) return line.success(`release_command ${id} completed successfully`);
    line.failure('release_command failed');
    process.stderr.write(`Error release_command failed running on machine ${id} with exit code ${code}.\nChecking logs: fetching the last 100 lines below:\n`);
    process.stderr.write(await logs.wanted(app));
    throw new FlyctlError(`machine ${id} exited with non-zero status of ${code}`);
  } finally {
    logs.stop();
  }
}

async function create(deployment: Deployment, words: readonly string[], line: StatusLine): Promise<RemoteMachine> {
  const { machines, toml, image, release, command, signal } = deployment;
  const config = releaseCommandConfig(toml, words, image, release);
  const input = inputOf(deployment, config, { region: primaryRegion(toml), skipLaunch: true });
  const machine = await machines.launch(input, signal).catch((error: unknown) => {
    throw during('error running release_command machine: error creating a release_command machine', error);
  });
  line.running(`Created release_command machine ${machine.id}`);
  await waitForState(deployment, machine, 'stopped', { limitMs: command.waitTimeoutMs, justCreated: true, line, signal }).catch((error: unknown) => {
    throw during('error running release_command machine', withAdvice(error, 'wait-timeout'));
  });
  return machine;
}

/** flyctl would read logs through WireGuard; without leave for that it polls. Nothing of it can fail a deploy. */
async function prepareLogs({ client, app, signal }: Deployment): Promise<void> {
  const found = await client.machines<{ organization: { slug: string } }>('GET', `/v1/apps/${app}`, { signal }).catch(() => null);
  if (found === null) return;
  const organization = await client.api('GET', `/api/v1/organizations/${found.organization.slug}`, { signal }).catch(() => null);
  if (organization?.status !== 200) return;
  await client.graphql('mutation($input: ValidateWireGuardPeersInput!) { validateWireGuardPeers(input: $input) { invalidPeerIps } }', { input: { peerIps: [] } }).catch(() => null);
}

async function untilDone(deployment: Deployment, machine: RemoteMachine, line: StatusLine): Promise<void> {
  const { command, signal } = deployment;
  const waiting = async (state: string, limitMs: number, what: string, flag: string): Promise<void> => {
    await waitForState(deployment, machine, state, { limitMs, line, signal }).catch((error: unknown) => {
      if (find(error, MachinesApiError)?.status === 404) throw error;
      const advised = withAdvice(error, flag);
      throw new FlyctlError(`error waiting for release_command machine ${machine.id} to ${what}: ${textOf(advised)}`, { cause: advised, ...adviceOf(advised) });
    });
  };
  try {
    await waiting('started', command.waitTimeoutMs, 'start', 'wait-timeout');
  } catch (error) {
    // It has ended and is gone already.
    if (find(error, MachinesApiError)?.status === 404) return;
    throw error;
  }
  await waiting('destroyed', command.releaseCommandTimeoutMs, 'finish running', 'release-command-timeout');
}

function adviceOf(error: unknown): { advice?: string } {
  return error instanceof FlyctlError ? { advice: error.advice } : {};
}

/** The end that belongs to the last start: newer than it, in a list that has the newest first. */
async function exitEvent({ machines, clock, speed, command, signal }: Deployment, id: string, line: StatusLine): Promise<MachineEvent> {
  const within = limited(signal, command.releaseCommandTimeoutMs / speed);
  const pauses = doubling(500, 2000);
  line.log(`Waiting for ${id} to get exit event`);
  try {
    for (;;) {
      const machine = await machines.get(id, within.signal).catch((error: unknown) => {
        if (signal.aborted) throw error;
        throw isLate(within.signal) ? during(`timeout reached waiting for health checks to pass for machine ${id}`, error) : during(`error getting machine ${id} from api`, error);
      });
      const events = machine.events ?? [];
      const exit = events.slice(0, Math.max(0, events.findIndex(({ type }) => type === 'start'))).find(({ type }) => type === 'exit');
      if (exit !== undefined) return exit;
      await clock.rest(pauses.next().value, within.signal);
    }
  } finally {
    within.close();
  }
}
