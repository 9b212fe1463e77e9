import type { SteadyClock } from './clock.ts';
import type { Fence } from './fence.ts';

export interface KeepRenewed {
  /** One renewal by compare-and-swap. */
  fence(): Promise<Fence>;
  /** Of the machine that holds. It has to count the time that the machine sleeps, as `os.uptime()` does. */
  clock: SteadyClock;
}

export interface Renewer {
  /** Aborts when the lock is not known to be ours any more: whatever deploys has to stop. */
  readonly lost: AbortSignal;
  /** Right before a step that cannot be taken back. What is told too late proves nothing: others may have the lock by then. */
  fence(): Promise<Fence>;
  /** No further renewal; one that is under way is waited for. */
  stop(): Promise<void>;
}

const EVERY_MS = 20_000;
/** Half of the silence after which others may take the lock. */
const STOP_AFTER_MS = 60_000;
/** A machine that wakes up has to notice before it writes on. */
const LOOK_MS = 1_000;

const tooLate = `it could not be renewed for ${STOP_AFTER_MS / 1000} s`;

/** Renews the lock of a holder that nobody can look up, from a time at which it was known to be ours. */
export function keepRenewed({ fence, clock }: KeepRenewed): Renewer {
  const lost = new AbortController();
  const over = new AbortController();
  // Counted from before the request: whoever watches cannot have seen it move earlier.
  let proven = clock.now();
  const isProven = (): boolean => clock.now() - proven < STOP_AFTER_MS;
  const prove = async (): Promise<Fence> => {
    const began = clock.now();
    const result = await fence();
    if (result.kind === 'held') proven = Math.max(proven, began);
    if (result.kind === 'lost') stop(result.why);
    return result.kind !== 'held' || (isProven() && !over.signal.aborted) ? result : { kind: 'unknown', why: tooLate };
  };
  const renew = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(EVERY_MS, over.signal);
      await prove();
    }
  };
  const watch = async (): Promise<void> => {
    while (isProven()) await clock.sleep(LOOK_MS, over.signal);
    stop(tooLate);
  };
  const stop = (why: string): void => {
    if (over.signal.aborted) return;
    over.abort();
    lost.abort(new Error(`the deploy lock is not ours any more: ${why}`));
  };
  const quietly = (error: unknown): void => {
    if (!over.signal.aborted) stop(error instanceof Error ? error.message : String(error));
  };
  const ended = Promise.all([renew().catch(quietly), watch().catch(quietly)]);
  return {
    lost: lost.signal,
    fence: prove,
    stop: async () => {
      over.abort();
      await ended;
    },
  };
}
