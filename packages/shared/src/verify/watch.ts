import type { Clock } from '../action/index.ts';
import { shortSha } from '../release/index.ts';
import { type Attempt, attemptOf, baked, decide, type Limits } from './decide.ts';
import type { Identity, Probe, ProbeRow, Reading, Subject } from './types.ts';

export interface Watching extends Limits {
  readonly bakeSeconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  say(text: string): void;
}

/** What became of one surface. `sha`: what it served last; '' when that was never read. */
export interface Watched {
  readonly surface: Subject['surface'];
  readonly ok: boolean;
  readonly sha: string;
  readonly why: string;
  readonly attempts: number;
  readonly probes: readonly ProbeRow[];
}

/** Looks at a surface until it is decided, and then once in each interval for as long as it is to bake. @throws {DOMException} AbortError when cancelled */
export async function watch(subject: Subject, watching: Watching): Promise<Watched> {
  const { clock, signal, say } = watching;
  const ledger = openLedger(subject, clock);
  const looks: Attempt[] = [];
  const started = clock.now();
  const since = (): number => (clock.now() - started) / 1000;
  const next = async (name: string, writes: boolean): Promise<Attempt> => {
    const at = since();
    const look = await ledger.look(writes, at);
    say(`${name}: ${look.kind === 'right' ? `right, serves ${shortSha(ledger.sha())}` : look.why}`);
    return look;
  };
  for (;;) {
    looks.push(await next(`attempt ${looks.length + 1}`, true));
    const decision = decide(looks, watching);
    if (decision.kind === 'failed') return ledger.close(false, decision.why, looks.length);
    if (decision.kind === 'passed') break;
    await clock.sleep(watching.intervalSeconds * 1000, signal);
  }
  const bake: Attempt[] = [];
  for (const from = clock.now(); watching.bakeSeconds > 0; ) {
    await clock.sleep(watching.intervalSeconds * 1000, signal);
    bake.push(await next(`baking, look ${bake.length + 1}`, false));
    const decision = baked(bake);
    if (decision.kind === 'failed') return ledger.close(false, decision.why, looks.length + bake.length);
    if (decision.kind === 'passed' && clock.now() - from >= watching.bakeSeconds * 1000) break;
  }
  return ledger.close(true, '', looks.length + bake.length);
}

/** One look without a verdict over time, for whoever only wants to know. */
export async function look(subject: Subject, clock: Clock): Promise<Watched> {
  const ledger = openLedger(subject, clock);
  const { kind, why } = await ledger.look(false, 0);
  return ledger.close(kind === 'right', why, 1);
}

interface Ledger {
  look(writes: boolean, atSeconds: number): Promise<Attempt>;
  sha(): string;
  close(ok: boolean, why: string, attempts: number): Watched;
}

interface Entry {
  reading: Reading | null;
  attempts: number;
  seconds: number;
  sha: string;
}

/** Keeps of each probe how often it was asked and what it said last. */
function openLedger(subject: Subject, clock: Clock): Ledger {
  const entries = new Map(['version', ...[...subject.reads, ...subject.writes].map(({ name }) => name)].map((name): [string, Entry] => [name, { reading: null, attempts: 0, seconds: 0, sha: '' }]));
  let sha = '';
  const ask = async <T>(name: string, read: () => Promise<T>, readingOf: (answer: T) => Reading): Promise<T> => {
    const started = clock.now();
    const answer = await read();
    entries.set(name, { reading: readingOf(answer), attempts: (entries.get(name)?.attempts ?? 0) + 1, seconds: (clock.now() - started) / 1000, sha });
    return answer;
  };
  const probed = ({ name, read }: Probe): Promise<Reading> => ask(name, read, (reading) => reading);
  return {
    sha: () => sha,
    async look(writes, atSeconds) {
      const identity = await ask('version', async () => {
        const read = await subject.identity();
        sha = 'sha' in read ? read.sha : '';
        return read;
      }, readingOfIdentity);
      if (identity.kind !== 'serves') return attemptOf(identity, [], atSeconds);
      const readings = await Promise.all(subject.reads.map(probed));
      const seen = attemptOf(identity, readings, atSeconds);
      if (seen.kind !== 'right' || !writes) return seen;
      for (const probe of subject.writes) {
        readings.push(await probed(probe));
        const now = attemptOf(identity, readings, atSeconds);
        if (now.kind !== 'right') return now;
      }
      return seen;
    },
    close: (ok, why, attempts) => ({ surface: subject.surface, ok, sha, why, attempts, probes: [...entries].map(([name, entry]) => rowOf(subject, name, entry)) }),
  };
}

function readingOfIdentity(identity: Identity): Reading {
  if (identity.kind === 'serves') return { kind: 'ok' };
  return { kind: identity.kind === 'no-answer' ? 'no-answer' : 'failing', why: identity.why };
}

const OUTCOME = { ok: 'passed', 'no-answer': 'failed', failing: 'failed', stale: 'failed', warning: 'warning', 'not-configured': 'not-configured' } as const;

function rowOf({ surface }: Subject, name: string, { reading, attempts, seconds, sha }: Entry): ProbeRow {
  const outcome = reading === null ? 'not-reached' : OUTCOME[reading.kind];
  return { surface, name, ok: outcome === 'passed', outcome, attempts, seconds, why: reading === null || reading.kind === 'ok' ? '' : reading.why, sha };
}
