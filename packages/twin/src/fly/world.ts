import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { FaultScript } from '../faults/index.ts';
import { rootFolders, startMachineProcess } from '../machines/index.ts';
import type { Provider } from '../provider.ts';
import type { RegistryWorld } from '../registry/index.ts';
import { type Serving, serving } from '../truth/index.ts';
import { type Actions, createActions } from './actions.ts';
import { answerFly } from './api.ts';
import { pollChecks } from './checks.ts';
import { holderOf } from './leases.ts';
import { startLife } from './life.ts';
import { type Machine, newId } from './machine.ts';
import { type MachineConfig, machineConfig, processGroups, RELEASE_COMMAND, releaseCommand, releaseCommandConfig } from './machine-config.ts';
import { restoreMachine, restoreVault, save, type SavedApp, savedApp } from './saved.ts';
import { newVault, type Vault } from './secrets.ts';
import { deployToken, endingToken, type EndingTokens, scopeOf, type TokenScope } from './tokens.ts';

export interface FlyWorldOptions {
  readonly directory: string;
  readonly token: string;
  readonly speed: number;
  readonly faults: Pick<FaultScript, 'take'>;
  readonly registry: Pick<RegistryWorld, 'image'>;
  /** Another way to start a Machine's process. */
  readonly startProcess?: typeof startMachineProcess;
  /** Another way to ask its checks. */
  readonly pollChecks?: typeof pollChecks;
}

export interface App {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly vault: Vault;
  readonly machines: Map<string, Machine>;
  readonly releases: Release[];
  readonly addresses: { readonly ip: string; readonly type: string }[];
  readonly logs: { readonly machine: string; readonly timestamp: string; readonly message: string }[];
}

export interface Release {
  readonly id: string;
  readonly version: number;
  readonly image: string;
  readonly createdAt: string;
  status: string;
}

export interface FlyWorld {
  readonly provider: Provider;
  hasApp(name: string): boolean;
  addApp(app: { name: string; hosts: readonly string[]; secrets: Record<string, string> }): void;
  /** What an earlier deploy left: the release command has run, and each process group has one Machine, two where it serves, healthy. */
  seedRelease(seed: { app: string; image: { repository: string; tag: string }; flyToml: unknown }): Promise<void>;
  /** Everything that a kept world needs to come back. */
  save(): SavedApp[];
  /** The apps of a kept world, their Machines started again; `secret` gives each secret's value of today (the database has another port). */
  restore(saved: unknown, secret: (value: string) => string): Promise<void>;
  claimsHost(host: string): boolean;
  /** What the public gets: a started, uncordoned, healthy Machine of the group with the service; 503 when there is none; null for a foreign host. */
  serve(host: string, request: Request): Promise<Response | null>;
  /** Where on loopback its started Machines listen for an internal port: what stands on no public route can be asked there. */
  portsOf(app: string, internal: number): number[];
  /** A token that reaches that app alone. */
  deployToken(app: string): string;
  /** The same as a macaroon that ends at that time, in milliseconds since 1970; a kept world forgets it. */
  endingToken(app: string, endsAt: number): string;
  scopeOf(token: string): TokenScope;
  /** The app is gone, and every process of its Machines has ended. */
  removeApp(name: string): Promise<void>;
  /** The leases that hold a Machine now, and whose they are. */
  leases(app: string): { readonly machine: string; readonly owner: string }[];
  /** The version of the app's secrets, and the one that the last Machine asked for at least. */
  secretsVersion(app: string): { readonly current: number; readonly asked: number };
  truth(app: string): { vendure: Serving; groups: Readonly<Record<string, Serving>> };
  stop(): Promise<void>;
}

/** What the API needs of the world. */
export interface FlyState extends Actions {
  readonly token: string;
  readonly endingTokens: EndingTokens;
  readonly speed: number;
  readonly apps: ReadonlyMap<string, App>;
  readonly registry: Pick<RegistryWorld, 'image'>;
}

const HOSTS = new Set(['api.machines.dev', 'api.fly.io']);
const REVISION = 'org.opencontainers.image.revision';

export function createFlyWorld(options: FlyWorldOptions): FlyWorld {
  const apps = new Map<string, App>();
  const life = startLife({
    rootOf: rootFolders(join(options.directory, 'rootfs')),
    startProcess: options.startProcess ?? startMachineProcess,
    pollChecks: options.pollChecks ?? pollChecks,
    speed: options.speed,
    log: (machine, message) => apps.get(machine.app)?.logs.push({ machine: machine.id, timestamp: new Date().toISOString(), message }),
  });
  const actions = createActions({ ...options, life, appOf: (machine) => apps.get(machine.app) });
  const endingTokens: EndingTokens = new Map();
  const state: FlyState = { ...options, ...actions, apps, endingTokens };
  return {
    provider: {
      name: 'fly',
      claims: (host) => HOSTS.has(host),
      // A query is a POST, too; a lease holds a Machine and changes nothing of it.
      isWrite: ({ method, url }) => !['GET', 'HEAD'].includes(method) && !/\/(?:graphql|lease|builds|builds\/finish)$/u.test(new URL(url).pathname),
      fetch: (request) => answerFly(request, state),
      stop: () => Promise.resolve(),
    },
    hasApp: (name) => apps.has(name),
    addApp: ({ name, hosts, secrets }) => void apps.set(name, { name, hosts, vault: newVault(secrets), machines: new Map(), releases: [], logs: [], addresses: [] }),
    seedRelease: async ({ app: name, image, flyToml }) => {
      const app = known(apps, name);
      const reference = `registry.fly.io/${image.repository}:${image.tag}`;
      const release: Release = { id: newId(), version: app.releases.length + 1, image: reference, createdAt: new Date().toISOString(), status: 'complete' };
      app.releases.push(release);
      await runReleaseCommand(state, app, flyToml, reference, release);
      for (const group of processGroups(flyToml)) {
        const config = machineConfig(flyToml, group, reference, release);
        const count = (config.services ?? []).length > 0 ? 2 : 1;
        for (let index = 0; index < count; index += 1) await seedMachine(state, app, config);
      }
      await changed([...app.machines.values()], (machine) => machine.metadata['fly_process_group'] === RELEASE_COMMAND || machine.checks.every((check) => check.status === 'passing'), 'get healthy');
    },
    save: () => [...apps.values()].map(save),
    restore: async (saved, secret) => {
      for (const { machines, ...app } of z.array(savedApp).parse(saved)) {
        const restored = await Promise.all(machines.map((one) => restoreMachine(app.name, one, { registry: options.registry, secret })));
        apps.set(app.name, { ...app, vault: restoreVault(app.vault, secret), logs: [], addresses: [], machines: new Map(restored.map((machine) => [machine.id, machine])) });
        for (const machine of restored) if (['started', 'starting', 'replacing'].includes(machine.state)) await life.start(machine, null);
        // What was healthy is healthy again before anybody looks; what was not stays as it is.
        const wereHealthy = restored.filter((machine) => machines.some((one) => one.id === machine.id && one.healthy));
        await changed(wereHealthy, (machine) => machine.checks.every((check) => check.status === 'passing'), 'get healthy again');
      }
    },
    claimsHost: (host) => [...apps.values()].some((app) => app.hosts.includes(host)),
    serve: (host, request) => serve([...apps.values()].find((app) => app.hosts.includes(host)), request),
    portsOf: (name, internal) => [...known(apps, name).machines.values()].filter(({ state: now }) => now === 'started').flatMap(({ process }) => process?.port(internal) ?? []),
    deployToken: (app) => deployToken(options.token, app),
    endingToken: (app, endsAt) => {
      const token = endingToken(app, endsAt);
      endingTokens.set(token, { app, endsAt });
      return token;
    },
    scopeOf: (token) => scopeOf(token, options.token, apps, endingTokens),
    removeApp: async (name) => {
      const { machines } = known(apps, name);
      apps.delete(name);
      await Promise.all([...machines.values()].map((machine) => life.stop(machine, { kill: true })));
    },
    leases: (name) => [...known(apps, name).machines.values()].filter((machine) => holderOf(machine) !== null).map((machine) => ({ machine: machine.id, owner: machine.lease?.owner ?? '' })),
    secretsVersion: (name) => {
      const { version: current, asked } = known(apps, name).vault;
      return { current, asked };
    },
    truth: (name) => truthOf(known(apps, name)),
    stop: async () => {
      await life.end();
      await Promise.all([...apps.values()].flatMap((app) => [...app.machines.values()].map((machine) => life.stop(machine))));
    },
  };
}

/** Started, or there is no seed. */
async function seedMachine(state: FlyState, app: App, config: MachineConfig): Promise<Machine> {
  const { machine, settled } = await state.create(app, config, { launch: true, cordoned: false, region: REGION, skipSecrets: false });
  await settled;
  return machine;
}

const REGION = 'nrt';

async function runReleaseCommand(state: FlyState, app: App, flyToml: unknown, image: string, release: Release): Promise<void> {
  const command = releaseCommand(flyToml);
  if (command === null) return;
  const machine = await seedMachine(state, app, releaseCommandConfig(flyToml, command, image, release));
  await changed([machine], ({ state: now }) => now === 'destroyed', 'end');
  const exit = machine.events.find((event) => event.type === 'exit')?.request as { exit_event?: { exit_code?: number } } | undefined;
  if (exit?.exit_event?.exit_code !== 0) throw new Error(`Seeding failed: the release command of ${app.name} ended with ${exit?.exit_event?.exit_code ?? 'nothing'}: ${app.logs.map((line) => line.message).join('\n')}`);
}

// A seed's Machine needs well under a second; this is far beyond it.
const LONGEST_SEED_MS = 30_000;

async function changed(machines: readonly Machine[], done: (machine: Machine) => boolean, what: string): Promise<void> {
  const deadline = Date.now() + LONGEST_SEED_MS;
  for (const machine of machines) {
    while (!done(machine)) {
      if (Date.now() > deadline) throw new Error(`Machine ${machine.id} of ${machine.app} does not ${what} (${machine.checks.map((check) => check.output).join(', ')}).`);
      await sleep(25);
    }
  }
}

async function serve(app: App | undefined, request: Request): Promise<Response | null> {
  if (app === undefined) return null;
  const machine = [...app.machines.values()].find(isRouted);
  const port = machine?.process?.port(machine.config.services?.[0]?.internal_port ?? 0) ?? null;
  if (port === null) return new Response('', { status: 503, headers: { 'fly-request-id': newId() } });
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.delete('host');
  headers.delete('connection');
  const body = request.body === null ? null : await request.arrayBuffer();
  return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { method: request.method, headers, body, redirect: 'manual' }).catch(() => new Response('', { status: 502 }));
}

/** Fly's proxy sends nobody to a cordoned, stopped or failing Machine. */
function isRouted(machine: Machine): boolean {
  return machine.state === 'started' && !machine.cordoned && (machine.config.services ?? []).length > 0 && machine.checks.every((check) => check.status === 'passing');
}

function truthOf(app: App): { vendure: Serving; groups: Record<string, Serving> } {
  const running = [...app.machines.values()].filter((machine) => machine.state === 'started' && machine.metadata['fly_process_group'] !== RELEASE_COMMAND);
  const revision = (machine: Machine): string => machine.image.config.Labels[REVISION] ?? '';
  const groups = [...new Set(running.map((machine) => machine.metadata['fly_process_group'] ?? ''))];
  return {
    vendure: serving(running.filter(isRouted).map(revision)),
    groups: Object.fromEntries(groups.map((group) => [group, serving(running.filter((machine) => machine.metadata['fly_process_group'] === group).map(revision))])),
  };
}

function known(apps: ReadonlyMap<string, App>, name: string): App {
  const app = apps.get(name);
  if (app === undefined) throw new Error(`The twin's Fly has no app "${name}".`);
  return app;
}
