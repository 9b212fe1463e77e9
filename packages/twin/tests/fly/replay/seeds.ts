import type { Recording } from './recording.ts';

const SEED = 'd8001000000';

export function isSeed({ id }: { readonly id: string }): boolean {
  return id.startsWith(SEED);
}

export interface Seed {
  readonly id: string;
  readonly group: string;
  readonly image: string;
  readonly state: 'started' | 'stopped';
}

/** The stub numbered its Machines d8001000000111, …333, …555 and so on, group by group. */
export function seedsOf({ stub }: Pick<Recording, 'stub'>): Seed[] {
  const groups = Object.entries(stub.seed ?? { app: 2, worker: 1 }).flatMap(([group, count]) => Array.from({ length: count }, () => group));
  const isMixed = (stub.faults ?? []).some(({ hook }) => hook === 'function:mixed');
  return groups.map((group, index) => ({
    id: `${SEED}${(0x111 + 0x222 * index).toString(16)}`,
    group,
    image: isMixed && index === 0 ? 'v0' : 'v1',
    state: stub.seed_stopped?.includes(index + 1) === true ? 'stopped' : 'started',
  }));
}
