import type { GitRefClient } from './git-ref-client.ts';
import { lockRef, readMessage, type LockState } from './state.ts';

/** `absent`: never used. What a reading says may be old: it grants nothing, only a swap does. */
export type LockReading =
  | { kind: 'absent' }
  | { kind: 'read'; sha: string; tree: string; state: LockState }
  | { kind: 'unknown'; why: string };

export async function readLock(git: GitRefClient, environment: string): Promise<LockReading> {
  const head = await git.readRef(lockRef(environment));
  if (head.kind !== 'present') return head;
  const commit = await git.readCommit(head.sha);
  if (commit.kind === 'unknown') return commit;
  const state = readMessage(commit.message);
  if (state === null) return { kind: 'unknown', why: `the commit ${head.sha} on ${lockRef(environment)} holds no lock state of version 2` };
  if (state.env !== environment) return { kind: 'unknown', why: `${lockRef(environment)} holds the lock state of environment "${state.env}"` };
  return { kind: 'read', sha: head.sha, tree: commit.tree, state };
}
