import { randomBytes } from 'node:crypto';
import type { MachineProcess } from '../machines/index.ts';
import type { StoredImage } from '../registry/index.ts';
import { type Check, type MachineConfig } from './machine-config.ts';

export interface MachineEvent {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly request?: unknown;
}

export interface CheckState {
  readonly name: string;
  readonly check: Check;
  readonly port: number;
  status: 'passing' | 'warning' | 'critical';
  output: string;
  updatedAt: string;
}

/** The world's own record of a Machine. */
export interface Machine {
  readonly id: string;
  readonly app: string;
  readonly region: string;
  readonly createdAt: string;
  instanceId: string;
  state: string;
  config: MachineConfig;
  image: StoredImage;
  reference: ImageReference;
  events: MachineEvent[];
  checks: CheckState[];
  metadata: Record<string, string>;
  cordoned: boolean;
  /** As they were when it was created or updated last. */
  secrets: Readonly<Record<string, string>>;
  lease: { readonly nonce: string; readonly owner: string; readonly until: number } | null;
  /** Somebody else's update is in progress until then: milliseconds since the epoch. */
  foreignUpdate: number | null;
  process: MachineProcess | null;
  updatedAt: string;
  /** Who waits for a change of state. */
  readonly waiting: Set<() => void>;
}

export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** `registry.fly.io/app:tag`, with or without `@sha256:…`. */
export function parseReference(image: string): ImageReference {
  const [, registry = '', repository = '', tag = '', digest = ''] = /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/u.exec(image) ?? [];
  return { registry, repository, tag, digest };
}

let lastId = 0;

/** Later ones sort after earlier ones, so that flyctl, which goes by id, takes a group's Machines in the order in which they were made. */
export function newId(): string {
  lastId = Math.max(lastId + 1, Date.now() * 4096);
  return lastId.toString(16).padStart(14, '0');
}

export function newInstance(): string {
  return `01${randomBytes(12).toString('hex').toUpperCase()}`;
}

export function setState(machine: Machine, state: string): void {
  machine.state = state;
  machine.updatedAt = new Date().toISOString();
  for (const wake of Array.from(machine.waiting)) wake();
}

export function addEvent(machine: Machine, type: string, status: string, request?: unknown): void {
  machine.events.unshift({ id: newId(), type, status, source: type === 'exit' ? 'flyd' : 'user', timestamp: Date.now(), ...(request === undefined ? {} : { request }) });
}

export function checksOf(config: MachineConfig): CheckState[] {
  const state = (name: string, check: Check, port: number): CheckState => ({ name, check, port, status: 'critical', output: 'waiting for first check', updatedAt: new Date().toISOString() });
  const service = (config.services ?? []).flatMap(({ internal_port, checks = [] }) => checks.map((check, index) => state(`servicecheck-${String(index).padStart(2, '0')}-http-${internal_port}`, check, internal_port)));
  const own = Object.entries(config.checks ?? {}).map(([name, check]) => state(name, check, check.port ?? config.services?.[0]?.internal_port ?? 0));
  return [...service, ...own];
}

/** While somebody else updates it, it is `replacing`, whatever it does. */
export function stateOf({ state, foreignUpdate }: Machine): string {
  return foreignUpdate !== null && foreignUpdate > Date.now() ? 'replacing' : state;
}

/** A Machine as the API gives it; `nonce` only where a lease was just asked for. */
export function answerOf(machine: Machine, { nonce, hostStatus = 'ok' }: { nonce?: string; hostStatus?: string } = {}): Record<string, unknown> {
  return {
    id: machine.id,
    name: `machine-${machine.id}`,
    state: stateOf(machine),
    region: machine.region,
    instance_id: machine.instanceId,
    version: machine.instanceId,
    private_ip: '',
    created_at: machine.createdAt,
    updated_at: machine.updatedAt,
    config: { ...machine.config, metadata: machine.metadata },
    image_ref: { ...machine.reference, labels: machine.image.config.Labels },
    events: machine.events,
    checks: machine.checks.map(({ name, status, output, updatedAt }) => ({ name, status, output, updated_at: updatedAt })),
    host_status: hostStatus,
    cordoned: machine.cordoned,
    ...(nonce === undefined ? {} : { nonce }),
  };
}
