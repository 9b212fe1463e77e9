import type { GitRefClient, RefMove } from '../../../src/lock/index.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

export interface Commit {
  readonly message: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly at: number;
}

/** What happens to one call. `late`: a write is applied that much after its caller was told nothing; `stale`: a read shows the head of that long ago. */
export interface Fate {
  readonly upMs: number;
  readonly downMs: number;
  readonly trouble: 'none' | 'lost-reply' | 'dropped' | 'late' | 'spurious' | 'stale';
  readonly byMs: number;
}

export const CALM: Fate = { upMs: 100, downMs: 100, trouble: 'none', byMs: 0 };

/** As a client of the network gives up. */
const CALL_MS = 20_000;

export interface RefServer {
  /** The calls of one process meet their fates one after the other, and then none. */
  client(process: Process, fates: () => Fate): GitRefClient & { deleteRef(): Promise<RefMove> };
  commit(sha: string): Commit | undefined;
  head(): string | null;
}

/** One ref of one repository, as GitHub keeps it: it moves forward only, one request after the other. `moved` sees each move. */
export function refServer(time: VirtualTime, moved: (from: string | null, to: string | null) => void): RefServer {
  const commits = new Map<string, Commit>();
  const heads: { at: number; sha: string | null }[] = [{ at: 0, sha: null }];
  let made = 0;
  const head = (): string | null => heads.at(-1)?.sha ?? null;
  const headAt = (at: number): string | null => heads.findLast((one) => one.at <= at)?.sha ?? null;
  const contains = (from: string, sought: string): boolean => from === sought || (commits.get(from)?.parents ?? []).some((parent) => contains(parent, sought));
  const set = (sha: string | null): RefMove => {
    const before = head();
    if (before === sha) return { kind: 'moved' };
    heads.push({ at: time.now(), sha });
    moved(before, sha);
    return { kind: 'moved' };
  };
  const create = (sha: string): RefMove => (head() === null ? set(sha) : { kind: 'refused', why: 'Reference already exists' });
  const forward = (sha: string): RefMove => {
    const before = head();
    if (before === null) return { kind: 'refused', why: 'Reference does not exist' };
    return contains(sha, before) ? set(sha) : { kind: 'refused', why: 'Update is not a fast forward' };
  };
  return {
    head,
    commit: (sha) => commits.get(sha),
    client(process, fates) {
      const unknown = { kind: 'unknown', why: 'no answer' } as const;
      /** The request travels, is applied, and the answer travels back; each way may fail. */
      const call = <T>(apply: (fate: Fate) => T, spurious: T | null): Promise<T | typeof unknown> => new Promise((resolve) => {
        const fate = fates();
        const noAnswer = (): void => process.after(CALL_MS, () => resolve(unknown));
        switch (fate.trouble) {
          case 'dropped': return noAnswer();
          case 'late': time.after(fate.byMs, () => void apply(fate)); return noAnswer();
          case 'lost-reply': time.after(fate.upMs, () => void apply(fate)); return noAnswer();
          default: time.after(fate.upMs, () => {
            const answer = fate.trouble === 'spurious' && spurious !== null ? spurious : apply(fate);
            process.after(fate.downMs, () => resolve(answer));
          });
        }
      });
      const refused: RefMove = { kind: 'refused', why: 'Reference update failed' };
      return {
        readRef: () => call((fate) => {
          const sha = headAt(time.now() - (fate.trouble === 'stale' ? fate.byMs : 0));
          return sha === null ? { kind: 'absent' as const } : { kind: 'present' as const, sha };
        }, null),
        readCommit: (sha) => call(() => {
          const found = commits.get(sha);
          return found === undefined ? unknown : { kind: 'present' as const, message: found.message, tree: found.tree, date: new Date(found.at).toISOString() };
        }, null),
        writeCommit: ({ message, tree, parents }) => call(() => {
          const sha = `commit-${made += 1}`;
          commits.set(sha, { message, tree: tree ?? 'tree', parents, at: time.now() });
          return { kind: 'written' as const, sha, tree: tree ?? 'tree' };
        }, null),
        createRef: (_, sha) => call(() => create(sha), refused),
        moveRef: (_, sha) => call(() => forward(sha), refused),
        deleteRef: () => call(() => (head() === null ? refused : set(null)), refused),
        contains: (from, sha) => call<'yes' | 'no'>(() => (contains(from, sha) ? 'yes' : 'no'), null).then((answer) => (typeof answer === 'string' ? answer : 'unknown')),
        readRepository: () => call(() => ({ kind: 'present' as const }), null),
      };
    },
  };
}
