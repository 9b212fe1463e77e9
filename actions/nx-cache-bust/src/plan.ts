import type { CacheEntry } from '@vendure-deploy/shared/providers/github';
import { isOfNx } from './key.ts';
import type { Asked } from './keys-of-log.ts';
import { nextRestored } from './restore-order.ts';

/** Which entries are meant, and what the job asks for. */
export interface Wanted {
  readonly asked: readonly Asked[];
  /** The order in which the job looks through them; null: every ref. */
  readonly refs: readonly string[] | null;
  /** What was restored by the job, if a log said so. */
  readonly restored: readonly string[];
  readonly isMeant: (entry: CacheEntry) => boolean;
}

export interface Next {
  readonly key: string;
  readonly before: CacheEntry | null;
  readonly after: CacheEntry | null;
}

export interface Plan {
  readonly targets: readonly CacheEntry[];
  readonly next: readonly Next[];
}

export interface Limits {
  readonly 'max-deletions': number;
  readonly force: boolean;
}

/** @param entries all that were listed, those that are not meant as well: one of them may be restored next */
export function planBust({ asked, refs, restored, isMeant }: Wanted, entries: readonly CacheEntry[]): Plan {
  const targets = entries.filter(isMeant);
  const version = entries.find(({ key }) => restored.includes(key))?.version ?? null;
  const left = entries.filter((entry) => !targets.includes(entry));
  const order = refs ?? [...new Set(entries.map(({ ref }) => ref))];
  return { targets, next: asked.map((one) => ({ key: one.key, before: nextRestored(one, order, entries, version), after: nextRestored(one, order, left, version) })) };
}

/** Why nothing may be deleted of it; null: it may. */
export function refusalOf({ targets }: Plan, limits: Limits): { readonly reasonCode: 'too-many-deletions' | 'invalid-input'; readonly why: string } | null {
  const foreign = targets.find(({ key }) => !isOfNx(key));
  if (foreign !== undefined && !limits.force) return { reasonCode: 'invalid-input', why: `${JSON.stringify(foreign.key)} does not look like a key of Nx. Give the exact key or a narrower pattern; \`force: true\` deletes it all the same` };
  if (targets.length <= limits['max-deletions']) return null;
  return { reasonCode: 'too-many-deletions', why: `${targets.length} entries are meant, and \`max-deletions\` is ${limits['max-deletions']}. Give one exact key, or raise it` };
}
