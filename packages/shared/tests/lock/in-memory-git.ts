import type { GitRefClient, RefMove } from '../../src/lock/index.ts';

interface Commit { message: string; tree: string; parents: readonly string[] }

export interface MemoryGit { client(who: string): GitRefClient; head(): string | null; commits: Map<string, Commit>; moves: { who: string; sha: string }[]; settle(): void }

/** One repository whose ref moves only forward; `trouble` decides per call what the network does. */
export function memoryGit(pause: () => Promise<void>, trouble: () => 'none' | 'lost-reply' | 'late' | 'dropped'): MemoryGit {
  const commits = new Map<string, Commit>();
  const moves: { who: string; sha: string }[] = [];
  let late: (() => void)[] = [];
  let head: string | null = null;
  const contains = (from: string, sought: string | null): boolean => sought === null || from === sought || (commits.get(from)?.parents ?? []).some((parent) => contains(parent, sought));
  const apply = (who: string, sha: string, create: boolean): RefMove => {
    if (create ? head !== null : head === null || !contains(sha, head)) return { kind: 'refused', why: '422' };
    if (head !== sha) moves.push({ who, sha });
    head = sha;
    return { kind: 'moved' };
  };
  const settle = (): void => {
    const due = late;
    late = [];
    for (const write of due) write();
  };
  const move = async (who: string, sha: string, create: boolean): Promise<RefMove> => {
    await pause();
    const happens = trouble();
    if (happens === 'none') return apply(who, sha, create);
    if (happens === 'lost-reply') apply(who, sha, create);
    if (happens === 'late') late.push(() => apply(who, sha, create));
    return { kind: 'unknown', why: 'no answer' };
  };
  return {
    commits, moves, settle, head: () => head,
    client: (who) => ({
      async readRef() { await pause(); return head === null ? { kind: 'absent' } : { kind: 'present', sha: head }; },
      async readCommit(sha) {
        await pause();
        const found = commits.get(sha);
        return found === undefined ? { kind: 'unknown', why: 'no such commit' } : { kind: 'present', message: found.message, tree: found.tree };
      },
      async writeCommit({ message, tree, parents }) {
        await pause();
        const sha = `commit-${commits.size + 1}`;
        commits.set(sha, { message, tree: tree ?? 'tree', parents });
        return { kind: 'written', sha };
      },
      createRef: (_ref, sha) => move(who, sha, true),
      moveRef: (_ref, sha) => move(who, sha, false),
    }),
  };
}
