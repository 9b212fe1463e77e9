import type { SteadyClock } from './clock.ts';
import type { GitRefClient } from './git-ref-client.ts';
import type { LockReading } from './read.ts';
import { lockRef, writeMessage, type LockState } from './state.ts';

/** `lost`: the head is another commit; with `landed`, ours is behind it. */
export type Swap = { kind: 'won'; head: Known } | { kind: 'lost'; landed: boolean; why: string } | { kind: 'denied'; why: string } | { kind: 'unknown'; why: string };
export type Head = Extract<LockReading, { kind: 'absent' } | { kind: 'read' }>;
export type Known = Extract<LockReading, { kind: 'read' }>;

export interface SwapRequest {
  git: GitRefClient;
  environment: string;
  head: Head;
  next: Omit<LockState, 'v' | 'seq' | 'env'>;
  clock: SteadyClock;
  signal: AbortSignal;
  /** Called with the commit before the ref is moved to it, so that a later process knows what may have landed. */
  intend?(next: Known): void;
}

/** After a lost reply the same commit is tried again: that is no second write, since a ref already there does not move. */
const tries = 4;

/** One compare-and-swap: the ref goes from the head that was read to a child of it, or does not go. */
export async function swap(request: SwapRequest): Promise<Swap> {
  const { git, environment, head, clock, signal } = request;
  const value: LockState = { ...request.next, v: 2, seq: sequenceOf(head) + 1, env: environment };
  const commit = await git.writeCommit({ message: writeMessage(value), tree: head.kind === 'read' ? head.tree : null, parents: head.kind === 'read' ? [head.sha] : [] });
  if (commit.kind !== 'written') return commit;
  const next: Known = { kind: 'read', sha: commit.sha, tree: commit.tree, state: value };
  request.intend?.(next);
  const ref = lockRef(environment);
  let isDoubtful = false;
  for (let attempt = 1; ; attempt += 1) {
    const move = head.kind === 'absent' ? await git.createRef(ref, commit.sha) : await git.moveRef(ref, commit.sha);
    if (move.kind === 'moved') return { kind: 'won', head: next };
    if (move.kind === 'denied' && !isDoubtful) return move;
    // A refusal after a lost reply may mean that our first try landed; and GitHub refuses at times without cause.
    if (move.kind !== 'unknown' || attempt === tries) return settle(git, ref, next, move.why, isDoubtful || move.kind === 'unknown');
    isDoubtful = true;
    await clock.sleep(500 * 2 ** (attempt - 1), signal);
  }
}

function sequenceOf(head: Head): number {
  return head.kind === 'read' ? head.state.seq : 0;
}

async function settle(git: GitRefClient, ref: string, next: Known, why: string, isDoubtful: boolean): Promise<Swap> {
  const { sha } = next;
  const head = await git.readRef(ref);
  if (head.kind === 'unknown' || head.kind === 'denied') return head;
  if (head.kind === 'present' && head.sha === sha) return { kind: 'won', head: next };
  // Not the head: either it never landed or somebody moved on. A new attempt reads again, and holds only if its own swap wins.
  const landed = isDoubtful && head.kind === 'present' && await git.contains(head.sha, sha) === 'yes';
  return { kind: 'lost', landed, why };
}
