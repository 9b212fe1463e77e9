import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect, FaultScript } from '../faults/index.ts';
import type { RegistryWorld, StoredImage } from '../registry/index.ts';
import type { Life, StopOptions } from './life.ts';
import { addEvent, checksOf, type Machine, newId, newInstance, parseReference, setState } from './machine.ts';
import { type MachineConfig, RELEASE_COMMAND } from './machine-config.ts';
import { valuesOf } from './secrets.ts';
import type { App } from './world.ts';

export interface CreateOptions {
  readonly launch: boolean;
  readonly cordoned: boolean;
  readonly region: string;
  readonly skipSecrets: boolean;
}

/** What is done to Machines. Each is true at once for whoever asks; what takes time goes on by itself, and `settled` is when it is over. */
export interface Actions {
  /** @throws when the registry does not hold the image: a Machine never starts from nothing */
  create(app: App, config: MachineConfig, options: CreateOptions): Promise<{ readonly machine: Machine; readonly settled: Promise<void> }>;
  /** `replacing` until the new version has started. @throws when the registry does not hold the image */
  update(app: App, machine: Machine, config: MachineConfig, options: { readonly launch: boolean; readonly skipSecrets: boolean }): Promise<{ readonly settled: Promise<void> }>;
  start(machine: Machine): void;
  stop(machine: Machine, how: StopOptions): void;
  destroy(machine: Machine, how: StopOptions): void;
  /** Counts one occasion of a Machine and says what a fault does to it. */
  fault(machine: Machine, occasion: Occasion): FaultEffect | null;
}

/** `started` and `updated`: its process starts. `configured`: an update that leaves it stopped. */
export type Occasion = 'started' | 'updated' | 'configured' | 'asked-to-update' | 'leased' | 'read' | 'stopped';

export interface ActionsOptions {
  readonly life: Life;
  readonly registry: Pick<RegistryWorld, 'image'>;
  readonly faults: Pick<FaultScript, 'take'>;
  readonly speed: number;
  readonly appOf: (machine: Machine) => App | undefined;
}

export function createActions({ life, registry, faults, speed, appOf }: ActionsOptions): Actions {
  // `machine <group>/<n>` counts the Machines of a group from 1, and never a release command's.
  const fault: Actions['fault'] = (machine, occasion) => {
    const group = machine.metadata['fly_process_group'] ?? '';
    if (group === RELEASE_COMMAND) return null;
    const number = groupOf(appOf(machine), group).indexOf(machine) + 1;
    return faults.take('fly', `machine ${group}/${number} ${occasion}`);
  };
  return {
    fault,
    create: async (app, config, options) => {
      const image = await imageOf(registry, config.image);
      const machine = newMachine(app, config, { ...options, image });
      app.machines.set(machine.id, machine);
      addEvent(machine, 'launch', 'created');
      if (options.launch) return { machine, settled: life.start(machine, fault(machine, 'started')) };
      setState(machine, 'stopped');
      return { machine, settled: Promise.resolve() };
    },
    update: async (app, machine, wanted, { launch, skipSecrets }) => {
      const effect = fault(machine, launch ? 'updated' : 'configured');
      // Fly sometimes goes back to the old version and says started (superfly/flyctl#4921).
      const reverts = effect?.effect.kind === 'reverts';
      const config = reverts ? machine.config : wanted;
      const image = await imageOf(registry, config.image);
      setState(machine, 'replacing');
      machine.instanceId = newInstance();
      const secrets = reverts ? machine.secrets : secretsFor(app, skipSecrets);
      Object.assign(machine, { config, image, secrets, reference: { ...parseReference(config.image), digest: image.digest }, metadata: { ...config.metadata }, checks: checksOf(config) });
      addEvent(machine, 'launch', 'created');
      const replace = async (): Promise<void> => {
        await life.stop(machine);
        if (launch) return life.start(machine, effect);
        setState(machine, 'stopped');
      };
      return { settled: replace() };
    },
    start: (machine) => void life.start(machine, fault(machine, 'started')),
    stop: (machine, how) => {
      const effect = fault(machine, 'stopped');
      setState(machine, 'stopping');
      const end = async (): Promise<void> => {
        if (effect?.effect.kind === 'stop-takes') await sleep(effect.effect.milliseconds / speed, undefined, { ref: false });
        await life.stop(machine, how);
        if (machine.state === 'stopping') setState(machine, 'stopped');
      };
      void end();
    },
    destroy: (machine, how) => {
      setState(machine, 'destroying');
      void life.stop(machine, how).then(() => setState(machine, 'destroyed'));
    },
  };
}

function secretsFor({ vault }: App, skip: boolean): Record<string, string> {
  return skip ? {} : valuesOf(vault);
}

function newMachine(app: App, config: MachineConfig, { cordoned, region, skipSecrets, image }: CreateOptions & { image: StoredImage }): Machine {
  const now = new Date().toISOString();
  return {
    id: newId(),
    app: app.name,
    region,
    createdAt: now,
    updatedAt: now,
    instanceId: newInstance(),
    state: 'created',
    config,
    image,
    reference: { ...parseReference(config.image), digest: image.digest },
    events: [],
    checks: checksOf(config),
    metadata: { ...config.metadata },
    cordoned,
    secrets: secretsFor(app, skipSecrets),
    lease: null,
    foreignUpdate: null,
    process: null,
    waiting: new Set(),
  };
}

async function imageOf(registry: Pick<RegistryWorld, 'image'>, text: string): Promise<StoredImage> {
  const { repository, tag, digest } = parseReference(text);
  const image = await registry.image({ repository, reference: digest === '' ? tag : digest });
  if (image === null) throw new Error(`failed to get manifest ${text}: manifest unknown`);
  return image;
}

function groupOf(app: App | undefined, group: string): Machine[] {
  return [...(app?.machines.values() ?? [])].filter((one) => one.metadata['fly_process_group'] === group && one.state !== 'destroyed');
}
