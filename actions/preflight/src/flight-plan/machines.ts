import type { Machine } from '@vendure-deploy/shared/providers/fly';

/** What a deploy does to the Machines of one process group. */
export interface GroupChange {
  readonly group: string;
  readonly now: number;
  readonly created: number;
  readonly destroyed: number;
  /** Replaced where they are, each for a moment away. */
  readonly updated: number;
  /** It has no Machine yet: how many there will be is flyctl's to choose (`--ha`: two with a service; one and a standby without). */
  readonly isNew: boolean;
}

/**
 * By what flyctl does for a strategy (0.4.87): bluegreen makes one green Machine for each blue one and then destroys those; canary first tries one more
 * Machine in each group, and then goes on as rolling does; rolling and immediate update where they are.
 */
export function changesOf(machines: readonly Machine[], groups: readonly string[], strategy: string): readonly GroupChange[] {
  return groups.map((group) => {
    const now = machines.filter((machine) => machine.group === group).length;
    if (now === 0) return { group, now, created: 0, destroyed: 0, updated: 0, isNew: true };
    if (strategy === 'bluegreen') return { group, now, created: now, destroyed: now, updated: 0, isNew: false };
    const canary = strategy === 'canary' ? 1 : 0;
    return { group, now, created: canary, destroyed: canary, updated: now, isNew: false };
  });
}
