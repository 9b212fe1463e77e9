import { keepRenewed, type Fence, type Holder, type Intended, type RunHolder, type SteadyClock } from '../../../src/lock/index.ts';
import type { Known } from '../../../src/lock/swap.ts';
import type { Locking, Protocol } from './protocol.ts';
import type { Referee } from './referee.ts';
import type { Fate, RefServer } from './ref-server.ts';
import { endJob, endRun, runsReader, type Job, type Run } from './runs.ts';
import type { Deployer } from './schedule.ts';
import { startProcess, type Process, type VirtualTime } from './virtual-time.ts';

export interface World {
  readonly time: VirtualTime;
  readonly server: RefServer;
  readonly runs: Map<string, Run>;
  readonly referee: Referee;
  readonly protocol: Protocol;
  readonly random: () => number;
}

/** Begins what the deployer means to do; it ends with the schedule. */
export function startDeployer(world: World, plan: Deployer, id: number): void {
  const fates = fatesOf(plan);
  world.time.after(plan.startMs, () => {
    if (plan.kind === 'local') startLocal(world, plan, id, fates);
    else startRun(world, plan, { id, attempt: 1 }, fates);
  });
}

/** Each call meets the next; then the network is calm. */
function fatesOf({ fates }: Deployer): () => Fate {
  let next = 0;
  return () => fates[next++] ?? { upMs: 100, downMs: 100, trouble: 'none', byMs: 0 };
}

function speaker({ time, server, runs, protocol, random }: World, process: Process, fates: () => Fate): Locking {
  return protocol({ process, git: server.client(process, fates), runs: runsReader(time, runs, process, fates), random });
}

interface Steps {
  readonly plan: Deployer;
  readonly clock: SteadyClock;
  readonly fence: () => Promise<Fence>;
  /** With the sequence of the fence; null: no more. */
  readonly acts: (sequence: number | null) => void;
  readonly lost?: AbortSignal;
}

/** Fence and act, fence and act; until a fence fails. */
async function act({ plan, clock, fence, acts, lost }: Steps): Promise<void> {
  for (const { restMs, workMs } of plan.steps) {
    await clock.sleep(restMs, lost);
    const fenced = await fence();
    if (fenced.kind !== 'held') return;
    acts(fenced.sequence);
    try {
      await clock.sleep(workMs, lost);
    } finally {
      acts(null);
    }
  }
}

interface Attempt {
  readonly id: number;
  readonly attempt: number;
}

/** One attempt of a run: its jobs one after the other, and at the end what gives the lock back. */
function startRun(world: World, plan: Deployer, which: Attempt, fates: () => Fate): void {
  const { time, runs } = world;
  const run: Run = { status: 'in_progress', completedAt: null, jobs: [] };
  runs.set(`${which.id}.${which.attempt}`, run);
  const names = plan.kind === 'run' ? ['vendure', 'dashboard'] : ['vendure'];
  const goOn = (isGood: boolean): void => {
    const job = isGood ? names.shift() : undefined;
    if (job !== undefined) return startJob({ world, plan, which, run, fates }, job, goOn);
    const end = (): void => {
      endRun(run, time);
      if (plan.againMs !== null && which.attempt === 1) time.after(plan.againMs, () => startRun(world, { ...plan, death: null, againMs: null }, { ...which, attempt: 2 }, fates));
    };
    if (plan.kind === 'job' || !plan.tidies) return end();
    const report: Job = { status: 'in_progress', completedAt: null, isReported: false };
    run.jobs.push(report);
    const process = startProcess(time, plan.skew);
    quietly(speaker(world, process, fates).releaseRun(holderOf(which, 'report', run.jobs.length)), () => {
      endJob(report, time, true);
      end();
    });
  };
  goOn(true);
}

// As long as a runner that was lost may go on. 329 s: what GitHub tells is in whole seconds.
const LAST_CALL_MS = 329_000;

interface InRun {
  readonly world: World;
  readonly plan: Deployer;
  readonly which: Attempt;
  readonly run: Run;
  readonly fates: () => Fate;
}

function startJob({ world, plan, which, run, fates }: InRun, name: string, goOn: (isGood: boolean) => void): void {
  const { time, referee } = world;
  const job: Job = { status: 'in_progress', completedAt: null, isReported: false };
  run.jobs.push(job);
  const main = startProcess(time, plan.skew);
  const locking = speaker(world, main, fates);
  const me = holderOf(which, name, run.jobs.length);
  const left: { known: Known | null; intended: Intended | null } = { known: null, intended: null };
  const cancel = new AbortController();
  // Of the run's hold, where another job has taken it.
  let { nonce } = me;
  let isOver = false;
  let isLost = false;
  const over = (isGood: boolean): void => {
    if (isOver || isLost) return;
    isOver = true;
    const ended = (): void => {
      endJob(job, time, true);
      goOn(isGood);
    };
    // What deploy-lock's post step does, and when it does nothing.
    const isOwn = left.known === null || (plan.kind === 'job' && left.known.state.holder?.nonce === me.nonce);
    if (!plan.tidies || left.intended === null || !isOwn) return ended();
    const post = startProcess(time, plan.skew);
    quietly(speaker(world, post, fates).release(me.nonce, left).then((released) => {
      if (released === 'released' || released === 'was-free' || released === 'lost') referee.gaveBack(me.nonce);
    }), ended);
  };
  const work = async (): Promise<boolean> => {
    left.known = await locking.acquire({ holder: me, hold: plan.kind === 'run' ? 'run' : 'job', from: plan.from, waitMs: plan.waitMs, signal: cancel.signal, intend: (intended) => { left.intended = intended; } });
    if (left.known === null) return false;
    const holder = left.known.state.holder ?? me;
    nonce = holder.nonce;
    await act({ plan, clock: main.clock, fence: () => locking.fence(holder), acts: (sequence) => (sequence === null ? referee.ends(nonce) : referee.begins(nonce, sequence)) });
    return true;
  };
  work().then(over, () => over(false));
  for (const { atMs, lengthMs } of plan.pauses) time.after(atMs, () => main.pause(lengthMs));
  if (plan.cancelMs !== null) time.after(plan.cancelMs, () => cancel.abort());
  if (plan.death === null) return;
  const { kind, atMs, closesAfterMs, goesOnMs } = plan.death;
  const stop = (): void => {
    main.die();
    referee.ends(nonce);
  };
  time.after(atMs, () => {
    if (isOver) return;
    if (kind === 'crash') {
      stop();
      return time.after(2_000, () => over(false));
    }
    isLost = true;
    time.after(closesAfterMs, () => {
      endJob(job, time, false);
      goOn(false);
    });
    time.after(closesAfterMs + LAST_CALL_MS, () => referee.isFinal(nonce));
    time.after(closesAfterMs + goesOnMs, stop);
  });
}

function startLocal(world: World, plan: Deployer, id: number, fates: () => Fate): void {
  const { time, referee } = world;
  const owner = `local ${id}`;
  const machine = startProcess(time, plan.skew);
  const locking = speaker(world, machine, fates);
  const holder: Holder = { kind: 'local', repo: 'example/shop', host: `laptop-${id}`, pid: id, actor: 'operator', nonce: owner };
  let working: number | null = null;
  const acts = (sequence: number | null): void => {
    working = sequence;
    if (sequence === null) referee.ends(owner);
    else referee.begins(owner, sequence);
  };
  const work = async (): Promise<void> => {
    const known = await locking.acquire({ holder, hold: 'job', from: plan.from, waitMs: plan.waitMs, signal: new AbortController().signal, intend: () => undefined });
    if (known === null) return;
    const renewer = keepRenewed({ fence: () => locking.fence(holder), clock: machine.clock });
    await act({ plan, clock: machine.clock, fence: renewer.fence, acts, lost: renewer.lost }).catch(() => undefined);
    await renewer.stop();
    if (plan.tidies) await locking.release(owner, { known, intended: null });
  };
  quietly(work(), () => undefined);
  // A machine that sleeps does nothing. When it wakes up, what deploys is stopped before it goes on.
  machine.onPause((isPaused) => {
    if (working === null) return;
    if (isPaused) referee.ends(owner);
    else referee.begins(owner, working);
  });
  for (const { atMs, lengthMs } of plan.pauses) time.after(atMs, () => machine.pause(lengthMs));
  if (plan.death === null) return;
  time.after(plan.death.atMs, () => {
    machine.die();
    referee.ends(owner);
  });
}

function holderOf({ id, attempt }: Attempt, job: string, number: number): RunHolder {
  return { kind: 'actions', repo: 'example/shop', run_id: id, run_attempt: attempt, job, job_id: number, url: '', actor: 'operator', nonce: `${id}.${attempt} ${job}` };
}

/** Whatever becomes of it, the end comes; unless the process is gone. */
function quietly(work: Promise<unknown>, ended: () => void): void {
  work.then(ended, ended);
}
