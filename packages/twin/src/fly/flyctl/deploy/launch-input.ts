import { type MachineConfig, machineConfig, primaryRegion } from '../../machine-config.ts';
import { groupOf, type LaunchInput, type RemoteMachine } from '../machines.ts';
import { type Deployment, hold, type Update } from './deployment.ts';

/** What a Machine is updated with: fly.toml's configuration of its group, whole. */
export function inputForUpdate(deployment: Deployment, machine: RemoteMachine): Update {
  const config = { ...machineConfig(deployment.toml, groupOf(machine), deployment.image, deployment.release), ...standbyOf(machine) };
  return {
    held: hold(machine),
    input: inputOf(deployment, config, { region: machine.region, skipLaunch: staysStopped(machine.state, config) }),
    replace: (machine.host_status ?? 'ok') !== 'ok',
  };
}

export function inputForLaunch(deployment: Deployment, group: string, standbyFor: readonly string[] = []): LaunchInput {
  const base = machineConfig(deployment.toml, group, deployment.image, deployment.release);
  const config = standbyFor.length === 0 ? base : { ...base, env: { ...base.env, FLY_STANDBY_FOR: standbyFor.join(',') }, standbys: standbyFor };
  return inputOf(deployment, config, { region: primaryRegion(deployment.toml), skipLaunch: standbyFor.length > 0 });
}

export function inputOf({ minimumSecretsVersion }: Deployment, config: MachineConfig, { region, skipLaunch }: { region: string; skipLaunch: boolean }): LaunchInput {
  return {
    config,
    region,
    ...(skipLaunch ? { skip_launch: true } : {}),
    skip_secrets: false,
    ...(minimumSecretsVersion === null ? {} : { min_secrets_version: minimumSecretsVersion }),
  };
}

/** A standby, and a Machine that does not run, get the new configuration and stay as they are. */
export function staysStopped(state: string, config: MachineConfig): boolean {
  return !['started', 'starting', 'failed'].includes(state) || ((config.standbys ?? []).length > 0 && state !== 'started');
}

/** A Machine keeps whom it stands by for. */
function standbyOf({ config }: RemoteMachine): Partial<MachineConfig> {
  return config.standbys === undefined || config.standbys.length === 0 ? {} : { standbys: config.standbys };
}
