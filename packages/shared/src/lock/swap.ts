import type { Clock } from '../action/definition.ts';
import type { GitRefClient } from './git-ref-client.ts';
import type { LockReading } from './read.ts';
import { lockRef, writeMessage, type LockState } from './state.ts';

export type Swap = { kind: 'won'; sha: string } | { kind: 'lost'; why: string } | { kind: 'unknown'; why: string };
type Head = Exclude<LockReading, { kind: 'unknown' }>;

export interface SwapRequest {
  git: GitRefClient;
  environment: string;
  head: Head;
  next: Omit<LockState, 'v' | 'seq' | 'env'>;
  clock: Clock;
  signal: AbortSignal;
  /** Called with the commit before the ref is moved to it, so that a later process knows what may have landed. */
  intend?(sha: string): void;
}

/** After a lost reply the same commit is tried again: that is no second write, since a ref already there does not move. */
const tries = 4;

/** One compare-and-swap: the ref goes from the head that was read to a child of it, or does not go. */
export async function swap(request: SwapRequest): Promise<Swap> {
  const { git, environment, head, clock, signal } = request;
  const value: LockState = { v: 2, seq: sequenceOf(head) + 1, env: environment, ...request.next };
  const commit = await git.writeCommit({ message: writeMessage(value), tree: head.kind === 'read' ? head.tree : null, parents: head.kind === 'read' ? [head.sha] : [] });
  if (commit.kind === 'unknown') return commit;
  request.intend?.(commit.sha);
  const ref = lockRef(environment);
  let doubt: string | null = null;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const move = head.kind === 'absent' ? await git.createRef(ref, commit.sha) : await git.moveRef(ref, commit.sha);
    if (move.kind === 'moved') return { kind: 'won', sha: commit.sha };
    // A refusal after a lost reply may mean that our first try landed; and GitHub refuses at times without cause.
    if (move.kind === 'refused') return mine(git, ref, commit.sha, move.why, doubt);
    doubt = move.why;
    if (attempt < tries) await clock.sleep(500 * 2 ** (attempt - 1), signal);
  }
  return mine(git, ref, commit.sha, doubt ?? '', doubt);
}

function sequenceOf(head: Head): number {
  return head.kind === 'read' ? head.state.seq : 0;
}

async function mine(git: GitRefClient, ref: string, sha: string, why: string, doubt: string | null): Promise<Swap> {
  const head = await git.readRef(ref);
  if (head.kind === 'present' && head.sha === sha) return { kind: 'won', sha };
  if (head.kind === 'unknown') return { kind: 'unknown', why: head.why };
  // Not the head: either it never landed or somebody moved on. A new attempt reads again, and holds only if its own swap wins.
  return { kind: 'lost', why: doubt ?? why };
}
