import { startDeployer, type World } from './deployers.ts';
import type { Protocol } from './protocol.ts';
import { startReferee } from './referee.ts';
import { CALM, refServer, type Fate } from './ref-server.ts';
import { runsReader, type Run } from './runs.ts';
import type { Schedule } from './schedule.ts';
import { startProcess, virtualTime } from './virtual-time.ts';

export interface Played {
  /** What must not happen, and did. */
  readonly faults: readonly string[];
  /** How often somebody acted: a protocol that never grants would be safe, too. */
  readonly acts: number;
}

// The grace of 330 s after a run's end, or 120 s of silence by the slowest clock; then one poll, and a few calls.
const AFTER_A_RUN_MS = 330_000;
const AFTER_SILENCE_MS = 131_000;
const ONE_POLL_MS = 36_000;

/** All of the schedule, and then a fresh deployer, who has to get the lock within the bound: nothing outlives its holder. */
export async function play(schedule: Schedule, protocol: Protocol): Promise<Played> {
  const time = virtualTime();
  const referee = startReferee(time);
  const runs = new Map<string, Run>();
  const server = refServer(time, (from, to) => referee.moved(server, from, to));
  let chance = 0;
  const random = (): number => schedule.chances[(chance += 1) % schedule.chances.length] ?? 0.5;
  const world: World = { time, server, runs, referee, protocol, random };
  schedule.deployers.forEach((plan, index) => startDeployer(world, plan, index + 1));
  await time.run();

  const began = time.now();
  const lastEnd = Math.max(0, ...[...runs.values()].map(({ completedAt }) => completedAt ?? Infinity));
  const gotAt = await takeAfresh(world);
  const bound = Math.max(lastEnd + AFTER_A_RUN_MS, began + AFTER_SILENCE_MS) + ONE_POLL_MS;
  const late = gotAt === null ? ['a lock outlives its holder: nobody gets it'] : gotAt > bound ? [`a lock outlives its holder: it was got ${Math.round((gotAt - bound) / 1000)} s too late`] : [];
  return { faults: [...referee.faults, ...late], acts: referee.acts() };
}

/** By somebody new, over a calm network. @returns when; null: never */
async function takeAfresh({ time, server, runs, protocol, random }: World): Promise<number | null> {
  const process = startProcess(time, { offset: 0, rate: 1 });
  const calm = (): Fate => CALM;
  const locking = protocol({ process, git: server.client(process, calm), runs: runsReader(time, runs, process, calm), random });
  const holder = { kind: 'local', repo: 'example/shop', host: 'fresh', pid: 0, actor: 'operator', nonce: 'fresh' } as const;
  const got: { at: number | null } = { at: null };
  void locking.acquire({ holder, hold: 'job', from: 'silent', waitMs: 3_600_000, signal: new AbortController().signal, intend: () => undefined }).then((known) => {
    got.at = known === null ? null : time.now();
  });
  await time.run();
  return got.at;
}
