import { readMessage, type LockState } from '../../../src/lock/state.ts';
import type { RefServer } from './ref-server.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Sees each move of the ref and who is at work, and knows what no deployer knows: who really is. A hold is known by its nonce. */
export interface Referee {
  /** From a fence that succeeded, with that sequence, until the end of the step or of the process, its owner acts. */
  begins(nonce: string, sequence: number): void;
  ends(nonce: string): void;
  /** GitHub called its job final so long ago that no runner should be at work any more. The call that is under way when its lock is taken cannot be stopped; the next one has to be. */
  isFinal(nonce: string): void;
  /** From now on that nonce must not hold any more. */
  gaveBack(nonce: string): void;
  moved(server: Pick<RefServer, 'commit'>, from: string | null, to: string | null): void;
  /** What must not happen, and did. */
  readonly faults: readonly string[];
  readonly acts: () => number;
}

export const TWO_OWNERS = 'two owners';

export function startReferee(time: VirtualTime): Referee {
  const acting = new Set<string>();
  const final = new Set<string>();
  const given = new Set<string>();
  /** By force, or as final: from whom, and with which sequence. */
  const taken = new Map<string, number>();
  const faults: string[] = [];
  let acts = 0;
  const fault = (what: string): void => void faults.push(`${what} (at ${Math.round(time.now() / 1000)} s)`);
  return {
    faults,
    acts: () => acts,
    begins(nonce, sequence) {
      // Its fence was there before the lock was taken, and only the answer came after it: that call is under way.
      if (sequence < (taken.get(nonce) ?? 0)) return;
      for (const other of acting) if (other !== nonce) fault(`${TWO_OWNERS}: ${other} acts, and ${nonce} begins`);
      acting.add(nonce);
      acts += 1;
    },
    ends: (nonce) => void acting.delete(nonce),
    isFinal: (nonce) => void final.add(nonce),
    gaveBack: (nonce) => void given.add(nonce),
    moved(server, from, to) {
      const [before, after] = [stateOf(server, from), stateOf(server, to)];
      if (after === null) return;
      if (after.seq !== (before?.seq ?? 0) + 1) fault(`#${after.seq} follows #${before?.seq ?? 0}`);
      const [had, has] = [nonceOf(before), nonceOf(after)];
      if (has !== null && given.has(has)) fault(`${has} gave it back, and holds it again`);
      if (had === null || had === has) return;
      if (!['release', 'steal', 'force'].includes(after.why)) fault(`${String(has)} took it from ${had} by ${after.why}`);
      if (after.why !== 'force' && !final.has(had)) return;
      acting.delete(had);
      taken.set(had, after.seq);
    },
  };
}

function stateOf(server: Pick<RefServer, 'commit'>, sha: string | null): LockState | null {
  const message = sha === null ? undefined : server.commit(sha)?.message;
  if (message === undefined) return null;
  const read = readMessage(message);
  return read.kind === 'state' ? read.state : null;
}

function nonceOf(state: LockState | null): string | null {
  return state?.state === 'held' ? (state.holder?.nonce ?? null) : null;
}
