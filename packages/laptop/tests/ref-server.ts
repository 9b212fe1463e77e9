import { createHash } from 'node:crypto';
import type { GitRefClient } from '@vendure-deploy/shared/lock';

/** A repository's refs in memory. `cut`: from now on nobody answers. */
export function refServer(): GitRefClient & { cut(): void } {
  const commits = new Map<string, { readonly message: string; readonly parents: readonly string[] }>();
  const refs = new Map<string, string>();
  const gone = { kind: 'unknown', why: 'no answer' } as const;
  let isCut = false;
  const isBehind = (head: string, sha: string): boolean => head === sha || (commits.get(head)?.parents ?? []).some((parent) => isBehind(parent, sha));
  const answer = <T>(give: () => T): Promise<T | typeof gone> => Promise.resolve(isCut ? gone : give());
  return {
    cut: () => { isCut = true; },
    readRef: (ref) => answer(() => { const sha = refs.get(ref); return sha === undefined ? { kind: 'absent' as const } : { kind: 'present' as const, sha }; }),
    readCommit: (sha) => answer(() => ({ kind: 'present' as const, message: commits.get(sha)?.message ?? '', tree: 'tree', date: '2026-01-01T00:00:00Z' })),
    writeCommit: ({ message, parents }) => answer(() => {
      const sha = createHash('sha1').update(JSON.stringify([message, parents])).digest('hex');
      commits.set(sha, { message, parents });
      return { kind: 'written' as const, sha, tree: 'tree' };
    }),
    createRef: (ref, sha) => answer(() => {
      if (refs.has(ref)) return { kind: 'refused' as const, why: 'Reference already exists' };
      refs.set(ref, sha);
      return { kind: 'moved' as const };
    }),
    moveRef: (ref, sha) => answer(() => {
      if (!isBehind(sha, refs.get(ref) ?? '')) return { kind: 'refused' as const, why: 'Update is not a fast forward' };
      refs.set(ref, sha);
      return { kind: 'moved' as const };
    }),
    contains: (head, sha) => Promise.resolve(isBehind(head, sha) ? 'yes' : 'no'),
    readRepository: () => answer(() => ({ kind: 'present' as const })),
  };
}
