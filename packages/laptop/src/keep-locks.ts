import { describeHold, fence, type GitRefClient, keepRenewed, type LaptopHold, readHolds, release, type Renewer, type SteadyClock } from '@vendure-deploy/shared/lock';

interface Keeping {
  /** Where the steps say which locks they hold. */
  readonly folder: string;
  /** This deploy, as it stands in the lock. */
  readonly run: string;
  clientOf(hold: LaptopHold): GitRefClient;
  /** Counts the time that the machine sleeps. */
  readonly clock: SteadyClock;
  readonly signal: AbortSignal;
  /** A lock is not known to be ours any more: whatever deploys has to stop. */
  lost(why: string): void;
}

/** How a lock stands once all is over. */
export interface Left {
  readonly environment: string;
  readonly kind: 'free' | 'another' | 'unknown';
  readonly why: string;
}

const LOOK_MS = 250;

/**
 * Renews whatever locks the steps of this deploy hold, for as long as they do. Nobody can look a laptop up: only a lock that moves tells others that it is still at work.
 */
export function keepLocks({ folder, run, clientOf, clock, signal, lost }: Keeping): { stop(): Promise<void>; giveBack(asked: LaptopHold | null): Promise<readonly Left[]> } {
  const over = new AbortController();
  const kept = new Map<string, { readonly hold: LaptopHold; readonly renewer: Renewer }>();
  const known = new Map<string, LaptopHold>();
  const mine: Parameters<typeof fence>[0]['mine'] = (holder) => holder.kind === 'local' && holder.run === run;
  const begin = (key: string, hold: LaptopHold): void => {
    const git = clientOf(hold);
    const phase = (): string => known.get(key)?.phase ?? hold.phase;
    const renewer = keepRenewed({ clock, fence: () => fence({ git, environment: hold.environment, mine, phase: phase(), clock, signal: over.signal }) });
    renewer.lost.addEventListener('abort', () => {
      // Given back by its own step in the meantime: that is no loss.
      if (readHolds(folder).some((one) => keyOf(one) === key)) lost(`${hold.environment}: ${(renewer.lost.reason as Error).message}`);
    });
    kept.set(key, { hold, renewer });
  };
  const look = async (): Promise<void> => {
    const now = new Map(readHolds(folder).map((hold) => [keyOf(hold), hold]));
    for (const [key, hold] of now) {
      known.set(key, hold);
      if (hold.isHeld && !kept.has(key)) begin(key, hold);
    }
    for (const [key, { renewer }] of kept) {
      if (now.has(key)) continue;
      kept.delete(key);
      await renewer.stop();
    }
  };
  const watching = (async () => {
    while (!over.signal.aborted) {
      await look();
      await clock.sleep(LOOK_MS, over.signal).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      over.abort();
      await watching;
      await Promise.all([...kept.values()].map(({ renewer }) => renewer.stop()));
    },
    giveBack(asked) {
      if (asked !== null && !known.has(keyOf(asked))) known.set(keyOf(asked), asked);
      return Promise.all([...known.values()].map((hold) => giveBack(hold)));
    },
  };

  /** Whatever became of the steps: none of them is at work any more. */
  async function giveBack(hold: LaptopHold): Promise<Left> {
    const { environment } = hold;
    const released = await release({ git: clientOf(hold), environment, mine, reason: 'the deploy from a laptop has ended', phase: '', clock, signal }).catch((error: unknown) => ({ kind: 'unknown' as const, why: error instanceof Error ? error.message : String(error) }));
    switch (released.kind) {
      case 'released':
      case 'was-free': return { environment, kind: 'free', why: '' };
      case 'lost': return { environment, kind: 'another', why: `held by ${describeHold(released.holder, released.state)}` };
      default: return { environment, kind: 'unknown', why: released.why };
    }
  }
}

function keyOf({ repository, environment }: LaptopHold): string {
  return `${repository} ${environment}`;
}
