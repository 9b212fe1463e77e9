import { z } from 'zod';

const event = z.object({ timestamp: z.number().nullish() });

const answer = z.object({
  id: z.string(),
  region: z.string().nullish(),
  state: z.string(),
  updated_at: z.string().nullish(),
  image_ref: z.object({ repository: z.string().nullish(), tag: z.string().nullish(), digest: z.string().nullish(), labels: z.record(z.string(), z.string()).nullish() }).nullish(),
  config: z.object({ image: z.string().nullish(), metadata: z.record(z.string(), z.string()).nullish(), checks: z.record(z.string(), z.unknown()).nullish(), services: z.array(z.object({ checks: z.array(z.unknown()).nullish(), autostop: z.union([z.boolean(), z.string()]).nullish() })).nullish(), standbys: z.array(z.string()).nullish() }),
  checks: z.array(z.object({ name: z.string(), status: z.string() })).nullish(),
  events: z.array(event).nullish(),
  cordoned: z.boolean().nullish(),
  host_status: z.string().nullish(),
});

/** One Machine as the gate looks at it. Unknown fields are dropped. */
export interface Machine {
  readonly id: string;
  /** '' when Fly does not say. */
  readonly region: string;
  /** Fly's word; see `settledness` for what it means. */
  readonly state: string;
  /** When it came into that state, RFC 3339; '' when Fly does not say. */
  readonly since: string;
  /** `ok`, or `unreachable` and the like: then nothing else that is said of it is new. */
  readonly hostStatus: string;
  readonly group: string;
  readonly releaseId: string;
  readonly releaseVersion: string;
  /** As its configuration names it, for another deploy of the same. */
  readonly image: string;
  readonly tag: string;
  readonly digest: string;
  /** The commit that the image's own label names; '' when Fly gives none. */
  readonly revision: string;
  readonly standby: boolean;
  /** Fly's proxy sends it nobody: a green Machine before its turn, a blue one after it. */
  readonly cordoned: boolean;
  /** The public reaches it through a service; a worker has none, and works also when it is cordoned. */
  readonly hasService: boolean;
  /** Fly stops it when nobody asks, and starts it for the next one: `stopped` is a state to rest in. */
  readonly autostops: boolean;
  readonly wantsChecks: boolean;
  /** flyctl's own mark on a blue Machine once the green ones serve. */
  readonly safeToDestroy: boolean;
  /** flyctl's mark on a Machine that tries an image before the others; it takes it away when it is well. */
  readonly canary: boolean;
  readonly checks: readonly { readonly name: string; readonly status: string }[];
}

export const machineList = z.array(answer.transform(toMachine));

function toMachine(machine: z.infer<typeof answer>): Machine {
  const metadata = machine.config.metadata ?? {};
  const services = machine.config.services ?? [];
  const serviceChecks = services.flatMap((service) => service.checks ?? []);
  const latest = machine.events?.[0]?.timestamp;
  return {
    id: machine.id,
    region: machine.region ?? '',
    state: machine.state,
    since: machine.updated_at ?? (typeof latest === 'number' ? new Date(latest).toISOString() : ''),
    hostStatus: machine.host_status ?? 'ok',
    group: metadata['fly_process_group'] ?? 'app',
    releaseId: metadata['fly_release_id'] ?? '',
    releaseVersion: metadata['fly_release_version'] ?? '',
    image: machine.config.image ?? '',
    tag: machine.image_ref?.tag ?? '',
    digest: machine.image_ref?.digest ?? '',
    revision: machine.image_ref?.labels?.['org.opencontainers.image.revision'] ?? '',
    standby: (machine.config.standbys ?? []).length > 0,
    cordoned: machine.cordoned ?? false,
    hasService: services.length > 0,
    autostops: services.some(({ autostop }) => autostop === true || autostop === 'stop' || autostop === 'suspend'),
    wantsChecks: serviceChecks.length + Object.keys(machine.config.checks ?? {}).length > 0,
    safeToDestroy: metadata['fly_bluegreen_deployment_tag'] === 'safe_to_destroy',
    canary: metadata['fly_canary'] === 'true',
    checks: machine.checks ?? [],
  };
}
