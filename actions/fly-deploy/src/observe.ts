import type { HttpClient } from '@vendure-deploy/shared/net';
import { type HealthReading, readHealth, readVersion, type VersionReading } from '@vendure-deploy/shared/probe';
import { type FlyClient, type Machine, ProviderError } from '@vendure-deploy/shared/providers/fly';

export interface Reader {
  readonly fly: FlyClient;
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  readonly versionUrl: string;
  readonly healthUrl: string;
}

/** One look at everything: what the Machines run, and what the public gets. */
export interface Observed {
  /** null: Fly answered; else why it gave no list of Machines. */
  readonly fly: ProviderError | null;
  readonly machines: readonly Machine[];
  readonly public: VersionReading;
  readonly health: HealthReading;
  /** Commits by process group, as the images' labels name them. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

const TIMEOUT_MS = 5000;
// SIGTERM comes 7.5 s after SIGINT: the last look must be over before it.
const LAST_LOOK_MS = 3000;

export async function observe({ fly, http, signal, versionUrl, healthUrl }: Reader): Promise<Observed> {
  const reading = lastingSignal(signal);
  const [listed, answered, health] = await Promise.all([
    listMachines(fly, reading),
    readVersion({ http, url: versionUrl, timeoutMs: TIMEOUT_MS, signal: reading }),
    readHealth({ http, url: healthUrl, timeoutMs: TIMEOUT_MS, signal: reading }),
  ]);
  const groups = [...new Set(listed.machines.map((machine) => machine.group))];
  return {
    fly: listed.fly,
    machines: listed.machines,
    public: answered,
    health,
    groups: Object.fromEntries(groups.map((group) => [group, [...new Set(listed.machines.filter((machine) => machine.group === group).map((machine) => machine.revision || machine.tag))]])),
  };
}

/** A cancelled action still has seconds to say what is so: the reads do not follow the action's signal. */
export function lastingSignal(signal: AbortSignal): AbortSignal {
  return signal.aborted ? AbortSignal.timeout(LAST_LOOK_MS) : signal;
}

/** The Machines of an app, or why Fly gave no list of them. */
export async function listMachines(fly: FlyClient, signal: AbortSignal): Promise<Pick<Observed, 'fly' | 'machines'>> {
  try {
    return { fly: null, machines: await fly.machines({ signal }) };
  } catch (error) {
    return { fly: error instanceof ProviderError ? error : new ProviderError('unavailable', String(error)), machines: [] };
  }
}

/** The commits that are at work now: of every Machine that is started and neither cordoned nor a standby. */
export function servingRevisions({ machines }: Observed): string[] {
  const atWork = machines.filter((machine) => machine.state === 'started' && !machine.cordoned && !machine.standby);
  return [...new Set(atWork.map((machine) => machine.revision).filter((revision) => revision !== ''))];
}
