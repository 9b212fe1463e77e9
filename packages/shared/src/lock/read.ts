import type { GitRefClient } from './git-ref-client.ts';
import { lockRef, readMessage, type LockState } from './state.ts';

/** `absent`: never used. What a reading says may be old: it grants nothing, only a swap does. */
export type LockReading =
  | { kind: 'absent' }
  | { kind: 'read'; sha: string; tree: string; state: LockState }
  | Unreadable;

/** `foreign`: the ref is not a lock of ours, and is never written over. `denied`: the token may not look. */
export type Unreadable = { kind: 'foreign'; why: string } | { kind: 'denied'; why: string } | { kind: 'unknown'; why: string };

export async function readLock(git: GitRefClient, environment: string): Promise<LockReading> {
  const head = await git.readRef(lockRef(environment));
  if (head.kind !== 'present') return head;
  const commit = await git.readCommit(head.sha);
  if (commit.kind !== 'present') return commit;
  const message = readMessage(commit.message);
  const named = `the commit ${head.sha} on ${lockRef(environment)}`;
  if (message.kind === 'foreign') return { kind: 'foreign', why: `${named} ${message.why}` };
  const { state } = message;
  if (state.env !== environment) return { kind: 'foreign', why: `${named} holds the lock state of environment "${state.env}"` };
  return { kind: 'read', sha: head.sha, tree: commit.tree, state: { ...state, since: state.since || commit.date } };
}

/** For who writes nothing afterwards: that there is no lock is believed of a repository that can be read, and of no other. */
export async function inspectLock(git: GitRefClient, environment: string): Promise<LockReading> {
  const reading = await readLock(git, environment);
  if (reading.kind !== 'absent') return reading;
  const repository = await git.readRepository();
  return repository.kind === 'present' ? reading : repository;
}
