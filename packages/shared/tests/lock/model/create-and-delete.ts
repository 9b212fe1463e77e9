import { judgeHolder } from '../../../src/lock/index.ts';
import { readMessage, writeMessage } from '../../../src/lock/state.ts';
import type { Protocol } from './protocol.ts';

const REF = 'refs/heads/deploy-lock/production';
const POLL_MS = 10_000;

/**
 * The lock that most actions are: creating a ref takes it, deleting the ref gives it back or breaks it. It judges holders as ours does and fences by looking.
 * A deletion has no precondition, so that it may hit another lock than was meant: the referee has to see that.
 */
export const createAndDelete: Protocol = ({ process: { clock }, git, runs }) => {
  const read = async (): Promise<{ sha: string; state: ReturnType<typeof readMessage> } | null> => {
    const ref = await git.readRef(REF);
    if (ref.kind !== 'present') return null;
    const commit = await git.readCommit(ref.sha);
    return commit.kind === 'present' ? { sha: ref.sha, state: readMessage(commit.message) } : null;
  };
  const isMine = async (nonce: string): Promise<boolean> => {
    const head = await read();
    return head?.state.kind === 'state' && head.state.state.holder?.nonce === nonce;
  };
  return {
    async acquire({ holder, hold, waitMs, from }) {
      const ends = clock.now() + waitMs;
      const since = { sha: '', at: 0 };
      const state = { v: 2 as const, seq: 1, state: 'held' as const, env: 'production', hold, holder, since: '', phase: '', reason: '', why: 'acquire' as const, prev_holder: null };
      for (;;) {
        const commit = await git.writeCommit({ message: writeMessage(state), tree: null, parents: [] });
        if (commit.kind === 'written' && (await git.createRef(REF, commit.sha)).kind === 'moved') return { kind: 'read', sha: commit.sha, tree: commit.tree, state };
        if (await isMine(holder.nonce)) return { kind: 'read', sha: '', tree: '', state };
        const head = await read();
        if (head?.state.kind === 'state' && head.state.state.holder !== null) {
          if (since.sha !== head.sha) Object.assign(since, { sha: head.sha, at: clock.now() });
          const other = head.state.state.holder;
          const standing = other.kind === 'local' ? { kind: 'silence' as const, ms: clock.now() - since.at, steal: from === 'silent' } : await runs.standingOf(other, head.state.state.hold);
          if (from === 'anybody' || judgeHolder(standing).kind === 'dead') await git.deleteRef();
        }
        if (clock.now() >= ends) return null;
        await clock.sleep(POLL_MS);
      }
    },
    fence: async ({ nonce }) => (await isMine(nonce) ? { kind: 'held', sequence: 0 } : { kind: 'lost', holder: null, why: '' }),
    async release(nonce) {
      if (await isMine(nonce)) await git.deleteRef();
      return 'unknown';
    },
    async releaseRun(me) {
      const head = await read();
      if (head?.state.kind === 'state' && head.state.state.holder?.kind === 'actions' && head.state.state.holder.run_id === me.run_id) await git.deleteRef();
    },
  };
};
