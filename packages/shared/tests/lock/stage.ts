import { acquire, release, type Acquired, type AcquireRequest, type GitRefClient, type JobsReading, type Released, type RunHolder, type Standing } from '../../src/lock/index.ts';
import { CALM, type Fate, refServer, type RefServer } from './model/ref-server.ts';
import { type Process, startProcess, virtualTime } from './model/virtual-time.ts';

export const never = new AbortController().signal;
export const calm: Fate = CALM;

/** One lock, in a time that nobody waits for. */
export interface Stage {
  readonly server: RefServer;
  readonly process: Process;
  readonly git: GitRefClient & { deleteRef(): Promise<unknown> };
  /** For somebody else, whose calls go well. */
  another(): GitRefClient;
  /** Each call takes the next of them, and none goes wrong after the last. */
  readonly fates: Fate[];
  readonly standings: { of: Standing; jobs: JobsReading };
  now(): number;
  after(ms: number, happens: () => void): void;
  /** Until it has come to its end. */
  ends<T>(work: Promise<T>): Promise<T>;
  /** What both sides of every call have in common. */
  common(): Pick<AcquireRequest, 'git' | 'environment' | 'phase' | 'reason' | 'clock' | 'signal' | 'standingOf' | 'jobsOf'>;
  take(holder: RunHolder, more?: Partial<AcquireRequest>): Promise<Acquired>;
  give(nonce: string): Promise<Released>;
  /** The commits of the ref, the newest first: what each did. */
  history(): string[];
}

export function openStage(): Stage {
  const time = virtualTime();
  const server = refServer(time, () => undefined);
  const process = startProcess(time, { offset: 1_000_000, rate: 1 });
  const fates: Fate[] = [];
  const standings: Stage['standings'] = { of: { kind: 'run', status: 'in_progress', conclusion: null, updatedAt: 0, jobs: null, now: 0 }, jobs: { kind: 'read', jobs: [], now: 0 } };
  const git = server.client(process, () => fates.shift() ?? CALM);
  const ends = async <T>(work: Promise<T>): Promise<T> => {
    work.catch(() => undefined);
    await time.run();
    return work;
  };
  const common: Stage['common'] = () => ({
    git, environment: 'production', phase: 'vendure', reason: 'deploy', clock: process.clock, signal: never, standingOf: () => Promise.resolve(standings.of), jobsOf: () => Promise.resolve(standings.jobs),
  });
  return {
    server, process, git, fates, standings, ends, common,
    another: () => server.client(process, () => CALM),
    now: time.now,
    after: (ms, happens) => time.after(ms, happens),
    take: (holder, more = {}) => ends(acquire({ ...common(), holder, hold: 'run', from: 'dead', waitMs: 0, ...more })),
    give: (nonce) => ends(release({ ...common(), mine: (holder) => holder.nonce === nonce })),
    history() {
      const said: string[] = [];
      for (let sha = server.head(); sha !== null; sha = server.commit(sha)?.parents[0] ?? null) said.push(server.commit(sha)?.message ?? '');
      return said;
    },
  };
}

export function runOf(id: number, job = 'vendure', attempt = 1): RunHolder {
  return { kind: 'actions', repo: 'example/shop', run_id: id, run_attempt: attempt, job, url: `https://github.com/example/shop/actions/runs/${id}`, actor: 'operator', nonce: `nonce-${id}-${attempt}-${job}` };
}
