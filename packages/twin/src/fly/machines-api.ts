import { json, textOf } from './answer.ts';
import { answerLease, holderOf, leaseConflict, takeLease } from './leases.ts';
import { answerOf, type Machine, stateOf } from './machine.ts';
import type { MachineConfig } from './machine-config.ts';
import { listOf, setSecrets } from './secrets.ts';
import { answerWait } from './wait.ts';
import type { App, FlyState } from './world.ts';

export interface MachinesCall {
  readonly method: string;
  /** After `/v1/`. */
  readonly path: readonly string[];
  readonly url: URL;
  readonly body: Record<string, unknown>;
  readonly nonce: string;
  readonly signal: AbortSignal;
}

/** The Machines API of one app. */
export async function answerMachines(call: MachinesCall, state: FlyState): Promise<Response> {
  const [kind, name, ...rest] = call.path;
  if (kind === 'apps' && name === undefined) return json({ total_apps: state.apps.size, apps: [...state.apps.values()].map((app) => ({ id: app.name, name: app.name, machine_count: app.machines.size, network: 'default' })) });
  const app = kind === 'apps' ? state.apps.get(name ?? '') : undefined;
  if (app === undefined) return json({ error: `Could not find App "${name ?? ''}"` }, 404);
  const [collection, id, ...action] = rest;
  if (collection === undefined) return json(appOf(app));
  if (collection === 'secrets') return answerSecrets(call, app);
  if (collection === 'volumes') return json([]);
  if (collection === 'ip_assignments') return answerAddresses(call, app);
  if (collection !== 'machines') return json({ error: 'not found' }, 404);
  if (id === undefined) return call.method === 'POST' ? create(call, app, state) : json([...app.machines.values()].filter((machine) => machine.state !== 'destroyed').map((machine) => seen(machine, state)));
  const machine = app.machines.get(id);
  if (machine === undefined) return json({ error: 'machine not found' }, 404);
  return answerMachine(call, { app, machine, action: action.join('/') }, state);
}

/** A destroyed Machine can still be read, and let go of. */
async function answerMachine(call: MachinesCall, { app, machine, action }: { app: App; machine: Machine; action: string }, state: FlyState): Promise<Response> {
  const { method } = call;
  if (method === 'GET' && action === '') return json(seen(machine, state));
  if (method === 'GET' && action === 'wait') return answerWait(call, machine, state.speed);
  // flyctl gives its lease back after a destroy, whose end nobody waits for; the stub of the recordings took that.
  if (machine.state === 'destroyed' && !(method === 'DELETE' && action === 'lease')) return json({ error: 'machine not found' }, 404);
  // 404 ends flyctl's look at what is listened on, which is a warning only.
  if (method === 'GET' && action === 'ps') return json({ error: 'not found' }, 404);
  if (action === 'lease') return answerLease(call, machine, state);
  // flyctl uncordons and tags without the nonce of a lease that it holds (measured).
  if (action === 'uncordon') return cordon(machine, false);
  if (action.startsWith('metadata/')) return setMetadata(call, machine, action.slice('metadata/'.length));
  const held = holderOf(machine);
  if (held !== null && call.nonce !== held) return leaseConflict(machine);
  if (method === 'DELETE' && action === '') {
    state.destroy(machine, { kill: call.url.searchParams.get('kill') === 'true' });
    return json({ ok: true });
  }
  switch (action) {
    case 'cordon': return cordon(machine, true);
    case 'stop': {
      const signal = textOf(call.body['signal']);
      state.stop(machine, signal === '' ? {} : { signal });
      return json({ ok: true });
    }
    case 'start': {
      const previous = machine.state;
      if (previous !== 'started') state.start(machine);
      return json({ previous_state: previous, migrated: false, new_host: '' });
    }
    case '': if (method === 'POST') return update(call, { app, machine }, state);
  }
  return json({ error: 'not found' }, 404);
}

function seen(machine: Machine, state: FlyState): Record<string, unknown> {
  const fault = state.fault(machine, 'read');
  return answerOf(machine, fault?.effect.kind === 'host-unreachable' ? { hostStatus: 'unreachable' } : {});
}

function cordon(machine: Machine, cordoned: boolean): Response {
  machine.cordoned = cordoned;
  return json({ ok: true });
}

function setMetadata({ body }: MachinesCall, machine: Machine, key: string): Response {
  machine.metadata[key] = textOf(body['value']);
  return new Response(null, { status: 204 });
}

async function create(call: MachinesCall, app: App, state: FlyState): Promise<Response> {
  const { body } = call;
  asksFor(app, body);
  try {
    // It starts at once, and is answered as it was made (measured).
    const { machine } = await state.create(app, body['config'] as MachineConfig, {
      launch: body['skip_launch'] !== true,
      cordoned: body['skip_service_registration'] === true,
      region: textOf(body['region']) || 'nrt',
      skipSecrets: body['skip_secrets'] === true,
    });
    const ttl = Number(body['lease_ttl'] ?? 0);
    return json({ ...answerOf(machine, ttl > 0 ? { nonce: takeLease(machine, ttl, state) } : {}), state: 'created' });
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : String(error) }, 400);
  }
}

// Of somebody else's update nothing is known but that it takes a while.
const LONG_MS = 3_600_000;

/** There is one copy of the secrets here, which is never behind: what was asked for is only remembered. */
function asksFor({ vault }: App, body: Record<string, unknown>): void {
  vault.asked = Number(body['min_secrets_version'] ?? 0);
}

async function update({ body }: MachinesCall, { app, machine }: { app: App; machine: Machine }, state: FlyState): Promise<Response> {
  const fault = state.fault(machine, 'asked-to-update');
  asksFor(app, body);
  if (fault?.effect.kind === 'concurrent-update') machine.foreignUpdate ??= Date.now() + (fault.forMilliseconds ?? LONG_MS) / state.speed;
  if (stateOf(machine) === 'replacing') return json({ error: 'aborted: machine is replacing: concurrent update in progress' }, 409);
  try {
    await state.update(app, machine, body['config'] as MachineConfig, { launch: body['skip_launch'] !== true, skipSecrets: body['skip_secrets'] === true });
    return json(answerOf(machine));
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : String(error) }, 400);
  }
}

/** `?version=` asks for that state at least; there is one copy here, which is never behind. */
function answerSecrets({ method, body }: MachinesCall, { vault }: App): Response {
  if (method !== 'POST') return json({ secrets: listOf(vault) });
  const values = body['values'];
  if (typeof values !== 'object' || values === null) return json({ error: 'values is required' }, 400);
  setSecrets(vault, values as Record<string, unknown>);
  return json({ secrets: listOf(vault), version: vault.version });
}

/** A first deploy allocates addresses, and so does one that met an empty list of Machines (measured). */
function answerAddresses({ method, body }: MachinesCall, { addresses }: App): Response {
  if (method !== 'POST') return json({ ips: addresses });
  const type = textOf(body['type']);
  const address = { ip: type === 'v6' ? `2001:db8::${addresses.length + 1}` : `192.0.2.${addresses.length + 1}`, type };
  addresses.push(address);
  return json(address);
}

function appOf(app: App): Record<string, unknown> {
  return { id: app.name, name: app.name, status: 'deployed', network: 'default', internal_numeric_id: 1, machine_count: app.machines.size, organization: { name: 'personal', slug: 'shop', internal_numeric_id: 1 } };
}
