import type { Clock, Log } from '@vendure-deploy/shared/action';
import type { CacheEntry, Deletion, GitHubCaches } from '@vendure-deploy/shared/providers/github';

interface Deleting {
  readonly caches: GitHubCaches;
  readonly repository: string;
  readonly targets: readonly CacheEntry[];
  /** All that were listed: a key of which every entry goes, goes by one call. */
  readonly entries: readonly CacheEntry[];
  /** Whether those are the entries of every ref. */
  readonly everyRef: boolean;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** One call: a whole key, or one entry of it. */
export interface Removal {
  readonly key: string;
  /** null: the key, on every ref and of every version. */
  readonly id: number | null;
  readonly entries: readonly CacheEntry[];
}

// GitHub's limits are of an hour and of a minute: what it asks for beyond that is a refusal.
const LONGEST_WAIT_MS = 120_000;
const TRIES = 3;

export function removalsOf({ targets, entries, everyRef }: Pick<Deleting, 'targets' | 'entries' | 'everyRef'>): Removal[] {
  const keys = [...new Set(targets.map(({ key }) => key))];
  return keys.flatMap((key): Removal[] => {
    const going = targets.filter((entry) => entry.key === key);
    const whole = everyRef && going.length === entries.filter((entry) => entry.key === key).length;
    return whole ? [{ key, id: null, entries: going }] : going.map((entry) => ({ key, id: entry.id, entries: [entry] }));
  });
}

/** One after the other, as slowly as GitHub asks. What is gone already counts as deleted. @returns what was. @throws {ProviderError} */
export async function deleteAll(deleting: Deleting): Promise<readonly CacheEntry[]> {
  const { intervalMs, clock, signal, log } = deleting;
  const deleted: CacheEntry[] = [];
  for (const [index, removal] of removalsOf(deleting).entries()) {
    if (index > 0) await clock.sleep(intervalMs, signal);
    const ended = await patiently(removal, deleting);
    if (ended.kind === 'wait') {
      log.warning(`GitHub asks for a pause of ${Math.ceil(ended.ms / 1000)} s before the next deletion; ${removal.key} and what follows is left.`);
      return deleted;
    }
    deleted.push(...removal.entries);
    for (const { id, ref } of removal.entries) log.info(`${removal.key} (${id}, ${ref}): ${ended.kind === 'gone' ? 'was gone already' : 'deleted'}`);
  }
  return deleted;
}

async function patiently({ key, id }: Removal, { caches, repository, clock, signal, log }: Deleting): Promise<Deletion> {
  for (let attempt = 1; ; attempt += 1) {
    const ended = id === null ? await caches.deleteKey(repository, key) : await caches.deleteEntry(repository, id);
    if (ended.kind !== 'wait' || attempt >= TRIES || ended.ms > LONGEST_WAIT_MS) return ended;
    log.info(`GitHub asks for a pause of ${Math.ceil(ended.ms / 1000)} s.`);
    await clock.sleep(ended.ms, signal);
  }
}
