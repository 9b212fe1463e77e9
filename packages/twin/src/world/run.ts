import { mkdir } from 'node:fs/promises';
import { createFaultScript, type FaultScript } from '../faults/index.ts';
import type { GithubWorld } from '../github/index.ts';
import type { Provider } from '../provider.ts';
import { startProxy } from '../proxy/index.ts';
import { createRecorder, type Place, type Recorder, type RequestRecord } from '../record/index.ts';
import { type Interrupt, interruptsOf } from './interrupts.ts';

export interface TwinRunOptions {
  /** Fault lines; they act on this run's calls and, while it is open, on what the whole world does (Machines). */
  readonly faults: readonly string[];
  /** Added to every round trip. */
  readonly latencyMs: number;
  /** Whose deploy lock `github lock held-by-…` is about. */
  readonly lock: { readonly repository: string; readonly environment: string };
}

/** One run's own way into the world: its proxy, its faults, its record. Several may be open at once. */
export interface TwinRun {
  /** Proxy and CA variables, for any rehearsed process. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same, so that what the step calls is recorded as its own. */
  environmentOf(place: Place): Promise<Readonly<Record<string, string>>>;
  interrupts(): Interrupt[];
  faultReport(): { rule: string; fired: number }[];
  requests(): readonly RequestRecord[];
  strayCalls(): readonly string[];
  /** Calls that changed Fly, Cloudflare, the registry or AWS. */
  writes(): number;
  /** Writes at GitHub: lock, deployments, artifacts. */
  records(): number;
  close(): Promise<void>;
}

/** What acts on, and is told of, what belongs to no run in particular: Machines and Workers. */
export interface Attending {
  readonly script: FaultScript;
  readonly recorder: Recorder;
}

interface RunPlace {
  readonly directory: string;
  readonly speed: number;
  readonly providers: readonly Provider[];
  readonly attending: Set<Attending>;
  readonly github: Pick<GithubWorld, 'holdLock'>;
}

/** @throws {FaultSyntaxError} a fault line that does not parse, or a provider that is not modelled */
export async function openRun({ directory, speed, providers, attending, github }: RunPlace, { faults, latencyMs, lock }: TwinRunOptions): Promise<TwinRun> {
  const script = createFaultScript(faults, { speed, providers: [...new Set(providers.map(({ name }) => name))] });
  await mkdir(directory, { recursive: true });
  const recorder = createRecorder(directory);
  const proxy = await startProxy({ directory, providers, faults: () => script, recorder, speed, latencyMs });
  const own: Attending = { script, recorder };
  attending.add(own);
  const giveBack = await heldLock(script, github, lock);
  return {
    environment: proxy.environment,
    environmentOf: proxy.environmentOf,
    interrupts: () => interruptsOf(script),
    faultReport: () => script.report(),
    requests: () => recorder.all(),
    strayCalls: () => recorder.strayCalls(),
    writes: () => recorder.writes(),
    records: () => recorder.records(),
    close: async () => {
      attending.delete(own);
      await giveBack?.();
      await proxy.stop();
      await recorder.close();
    },
  };
}

/** @returns how the other run gives the lock back; null: no fault says that one has it */
async function heldLock(script: FaultScript, github: Pick<GithubWorld, 'holdLock'>, { repository, environment }: TwinRunOptions['lock']): Promise<(() => Promise<void>) | null> {
  const kind = script.take('github', 'lock')?.effect.kind;
  switch (kind) {
    case 'held-by-another-run': return github.holdLock(repository, environment, 'another-run');
    case 'held-by-ended-run': return github.holdLock(repository, environment, 'ended-run');
    case 'held-by-lost-run': return github.holdLock(repository, environment, 'lost-run');
    case 'held-by-unknown-run': return github.holdLock(repository, environment, 'unknown-run');
    default: return null;
  }
}
