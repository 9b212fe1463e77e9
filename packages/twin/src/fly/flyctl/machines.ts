import type { FlyctlClient } from './client.ts';
import { during } from './error.ts';
import type { MachineConfig } from '../machine-config.ts';

/** A Machine as far as flyctl looks at it. */
export interface RemoteMachine {
  readonly id: string;
  readonly state: string;
  readonly region: string;
  readonly config: MachineConfig;
  readonly image_ref?: { readonly repository: string; readonly tag: string };
  readonly checks?: readonly { readonly name: string; readonly status: string }[];
  /** Newest first. */
  readonly events?: readonly MachineEvent[];
  readonly host_status?: string;
  readonly updated_at?: string;
  /** Only in the answer to a creation that asked for a lease. */
  readonly nonce?: string;
}

export interface MachineEvent {
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly request?: { readonly restart_count?: number; readonly exit_event?: { readonly exit_code: number; readonly requested_stop: boolean; readonly restarting: boolean } };
}

export interface LaunchInput {
  readonly config: MachineConfig;
  readonly region: string;
  readonly skip_launch?: boolean;
  readonly skip_service_registration?: boolean;
  readonly skip_secrets: boolean;
  readonly min_secrets_version?: number;
  readonly lease_ttl?: number;
}

/** The calls of the Machines API that flyctl makes, each with the words that it puts before what went wrong. */
export interface Machines {
  list(what?: string): Promise<RemoteMachine[]>;
  get(id: string, signal?: AbortSignal): Promise<RemoteMachine>;
  launch(input: LaunchInput, signal?: AbortSignal): Promise<RemoteMachine>;
  update(id: string, input: LaunchInput, nonce: string, signal?: AbortSignal): Promise<RemoteMachine>;
  start(id: string, signal?: AbortSignal): Promise<void>;
  stop(id: string, input: { readonly signal: string }, nonce: string): Promise<void>;
  cordon(id: string, nonce: string): Promise<void>;
  uncordon(id: string): Promise<void>;
  setMetadata(id: string, key: string, value: string): Promise<void>;
  wait(id: string, state: string, seconds: number, signal: AbortSignal): Promise<void>;
  destroy(id: string, nonce: string, signal?: AbortSignal): Promise<void>;
  lease(id: string, seconds: number, options?: { readonly nonce?: string; readonly signal?: AbortSignal }): Promise<string>;
  releaseLease(id: string, nonce: string, signal?: AbortSignal): Promise<void>;
  processes(id: string, signal: AbortSignal): Promise<{ listen_sockets: { proto: string; address: string }[] }[]>;
}

// The longest wait that Fly's proxy lets through; flyctl asks for no longer one (fly-go).
const LONGEST_WAIT_S = 60;

export function machinesOf(client: FlyctlClient, app: string): Machines {
  const base = `/v1/apps/${app}/machines`;
  const as = async <T>(what: string, call: Promise<T>): Promise<T> => call.catch((error: unknown) => {
    throw during(what, error);
  });
  const none = async (what: string, call: Promise<unknown>): Promise<void> => void (await as(what, call));
  return {
    list: (what = 'failed to list VMs') => as(what, client.machines<RemoteMachine[]>('GET', base)),
    get: (id, signal) => as(`failed to get VM ${id}`, client.machines<RemoteMachine>('GET', `${base}/${id}`, within(signal))),
    launch: (input, signal) => as('failed to launch VM', client.machines<RemoteMachine>('POST', base, { body: input, ...within(signal) })),
    update: (id, input, nonce, signal) => as(`failed to update VM ${id}`, client.machines<RemoteMachine>('POST', `${base}/${id}`, { body: input, nonce, ...within(signal) })),
    start: (id, signal) => none(`failed to start VM ${id}`, client.machines('POST', `${base}/${id}/start`, within(signal))),
    stop: (id, { signal }, nonce) => none(`failed to stop VM ${id}`, client.machines('POST', `${base}/${id}/stop`, { body: { id, ...(signal === '' ? {} : { signal }), timeout: '0s' }, nonce })),
    cordon: (id, nonce) => none('failed to cordon VM', client.machines('POST', `${base}/${id}/cordon`, { nonce })),
    uncordon: (id) => none('failed to uncordon VM', client.machines('POST', `${base}/${id}/uncordon`)),
    setMetadata: (id, key, value) => none(`failed to set metadata for ${id}`, client.machines('POST', `${base}/${id}/metadata/${key}`, { body: { value } })),
    wait: (id, state, seconds, signal) => none(`failed to wait for VM ${id} in [${state}] state`, client.machines('GET', `${base}/${id}/wait?state=${state}&timeout=${Math.max(1, Math.min(LONGEST_WAIT_S, Math.floor(seconds)))}`, { signal })),
    destroy: (id, nonce, signal) => none(`failed to destroy VM ${id}`, client.machines('DELETE', `${base}/${id}?kill=true`, { nonce, ...within(signal) })),
    lease: async (id, seconds, { nonce, signal } = {}) => {
      const asked = { ...(nonce === undefined ? {} : { nonce }), ...within(signal) };
      const { data } = await as(`failed to get lease on VM ${id}`, client.machines<{ data: { nonce: string } }>('POST', `${base}/${id}/lease?ttl=${seconds}`, asked));
      return data.nonce;
    },
    releaseLease: async (id, nonce, signal) => void (await client.machines('DELETE', `${base}/${id}/lease`, { nonce, ...within(signal) })),
    processes: (id, signal) => as(`failed to get processes from VM ${id}`, client.machines('GET', `${base}/${id}/ps`, { signal })),
  };
}

function within(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

export function groupOf({ config }: Pick<RemoteMachine, 'config'>): string {
  return config.metadata['fly_process_group'] ?? 'app';
}

/** The id with its process group, as flyctl shows a Machine. */
export function nameOf(machine: Pick<RemoteMachine, 'id' | 'config'>): string {
  return `${machine.id} [${groupOf(machine)}]`;
}

/** How many checks its configuration asks for; the checks that run say nothing while it starts. */
export function checksWanted({ services = [], checks = {} }: MachineConfig): number {
  return Object.keys(checks).length + services.reduce((sum, service) => sum + (service.checks?.length ?? 0), 0);
}
