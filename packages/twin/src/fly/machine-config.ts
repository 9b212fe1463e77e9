import { type Guest, guestOf, type Vm } from './guest.ts';

/** A Machine's configuration, as flyctl makes it from fly.toml and as the Machines API takes and gives it. */
export interface MachineConfig {
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly init: { readonly cmd?: readonly string[] };
  readonly metadata: Readonly<Record<string, string>>;
  readonly guest?: Guest;
  /** Not even an empty list without any (measured). */
  readonly services?: readonly Service[];
  readonly checks?: Readonly<Record<string, Check>>;
  readonly auto_destroy?: boolean;
  readonly restart?: { readonly policy: string; readonly max_retries?: number };
  /** How it is stopped: by SIGINT and after 5 s by SIGKILL, if nothing else is said. */
  readonly stop_config?: { readonly timeout?: string; readonly signal?: string };
  readonly dns?: { readonly skip_registration: boolean };
  /** The Machines that it stands by for: it stays stopped as long as they run. */
  readonly standbys?: readonly string[];
}

export interface Service {
  readonly protocol: string;
  readonly internal_port: number;
  readonly autostop?: boolean | string;
  readonly autostart?: boolean;
  readonly min_machines_running?: number;
  readonly ports?: readonly Port[];
  readonly checks?: readonly Check[];
  readonly force_instance_key?: null;
}

interface Port {
  readonly port: number;
  readonly handlers: readonly string[];
  readonly force_https?: boolean;
}

export interface Check {
  readonly type: string;
  readonly path?: string;
  readonly port?: number;
  readonly interval?: string;
  readonly grace_period?: string;
  readonly timeout?: string;
}

interface FlyToml {
  readonly primary_region?: string;
  readonly kill_signal?: string;
  readonly kill_timeout?: number | string;
  readonly deploy?: { readonly release_command?: string };
  readonly processes?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly http_service?: HttpService;
  readonly vm?: readonly Vm[];
  readonly checks?: Readonly<Record<string, Check & { readonly processes?: readonly string[] }>>;
}

interface HttpService {
  readonly internal_port: number;
  readonly force_https?: boolean;
  readonly auto_stop_machines?: boolean | string;
  readonly auto_start_machines?: boolean;
  readonly min_machines_running?: number;
  readonly processes?: readonly string[];
  readonly checks?: readonly Check[];
}

/** The process groups of a fly.toml; without [processes] there is one, `app`. */
export function processGroups(toml: unknown): string[] {
  return Object.keys((toml as FlyToml).processes ?? { app: '' });
}

/** What runs once before any Machine is touched; null without one. */
export function releaseCommand(toml: unknown): string[] | null {
  const line = (toml as FlyToml).deploy?.release_command;
  return line === undefined ? null : line.split(/\s+/u);
}

/** Where fly.toml puts new Machines. */
export function primaryRegion(toml: unknown): string {
  return (toml as FlyToml).primary_region ?? 'nrt';
}

/** The services of a process group. */
export function processServices(toml: unknown, group: string): Service[] {
  const { http_service: service } = toml as FlyToml;
  if (service === undefined || !(service.processes ?? processGroups(toml)).includes(group)) return [];
  const { force_https: https = false, auto_stop_machines: stop, auto_start_machines: start, min_machines_running: running } = service;
  return [{
    protocol: 'tcp',
    internal_port: service.internal_port,
    ...(stop === undefined ? {} : { autostop: autostopOf(stop) }),
    ...(start === undefined ? {} : { autostart: start }),
    ...(running === undefined ? {} : { min_machines_running: running }),
    ports: [{ port: 80, handlers: ['http'], ...(https ? { force_https: true } : {}) }, { port: 443, handlers: ['http', 'tls'] }],
    ...(service.checks === undefined ? {} : { checks: service.checks.map((check) => ({ ...check, type: 'http' })) }),
    force_instance_key: null,
  }];
}

/** flyctl sends "off" as false, to Machines and in a release's definition (measured). */
function autostopOf(stop: boolean | string): boolean | string {
  return stop === 'off' ? false : stop;
}

/** fly.toml as a release keeps it. */
export function definitionOf(toml: unknown, deploy: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { http_service: service, ...rest } = toml as FlyToml;
  const stop = service?.auto_stop_machines;
  return { ...rest, deploy, ...(service === undefined ? {} : { http_service: { ...service, ...(stop === undefined ? {} : { auto_stop_machines: autostopOf(stop) }) } }) };
}

/** What a release command's Machine is known by; no count and no truth takes it in. */
export const RELEASE_COMMAND = 'fly_app_release_command';

/** The Machine that runs the command once, from the app's own configuration and without its services. */
export function releaseCommandConfig(toml: unknown, command: readonly string[], image: string, release: Parameters<typeof machineConfig>[3]): MachineConfig {
  const { checks: _, services: __, ...base } = machineConfig(toml, 'app', image, release);
  return {
    ...base,
    init: { cmd: command },
    env: { ...base.env, FLY_PROCESS_GROUP: RELEASE_COMMAND, RELEASE_COMMAND: '1' },
    metadata: { ...base.metadata, fly_process_group: RELEASE_COMMAND },
    auto_destroy: true,
    restart: { policy: 'no' },
    dns: { skip_registration: true },
  };
}

/** One process group's configuration at an image and a release. */
export function machineConfig(toml: unknown, group: string, image: string, release: { readonly id: string; readonly version: number }): MachineConfig {
  const file = toml as FlyToml;
  const command = file.processes?.[group] ?? '';
  const checks = Object.entries(file.checks ?? {}).filter(([, check]) => (check.processes ?? processGroups(toml)).includes(group));
  const guest = guestOf(file.vm ?? [], group);
  const services = processServices(toml, group);
  const region = file.primary_region === undefined ? {} : { PRIMARY_REGION: file.primary_region };
  return {
    image,
    env: { ...Object.fromEntries(Object.entries(file.env ?? {}).map(([name, value]) => [name, String(value)])), FLY_PROCESS_GROUP: group, ...region },
    init: command === '' ? {} : { cmd: command.split(/\s+/u) },
    metadata: {
      fly_platform_version: 'v2',
      fly_process_group: group,
      fly_release_id: release.id,
      fly_release_version: String(release.version),
      fly_flyctl_version: '0.4.87',
    },
    ...(guest === null ? {} : { guest }),
    ...(services.length > 0 ? { services } : {}),
    ...(checks.length > 0 ? { checks: Object.fromEntries(checks) } : {}),
    ...stopConfig(file),
  };
}

function stopConfig({ kill_signal: signal, kill_timeout: timeout }: FlyToml): Pick<MachineConfig, 'stop_config'> {
  if (signal === undefined && timeout === undefined) return {};
  return { stop_config: { ...(timeout === undefined ? {} : { timeout: typeof timeout === 'number' ? `${timeout}s` : timeout }), ...(signal === undefined ? {} : { signal }) } };
}
