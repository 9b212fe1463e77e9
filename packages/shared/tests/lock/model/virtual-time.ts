import type { SteadyClock } from '../../../src/lock/index.ts';

/** The one time of a schedule, in milliseconds. Nothing waits: the next thing that is due happens at once. */
export interface VirtualTime {
  now(): number;
  after(ms: number, happens: () => void): void;
  /** Until nothing is due any more. @throws {Error} when it never ends */
  run(): Promise<void>;
}

const MOST_EVENTS = 200_000;

export function virtualTime(): VirtualTime {
  const due: { at: number; order: number; happens: () => void }[] = [];
  let now = 0;
  let order = 0;
  return {
    now: () => now,
    after(ms, happens) {
      const event = { at: now + Math.max(ms, 0), order: order += 1, happens };
      let place = due.length;
      while (place > 0 && isLater(due[place - 1], event)) place -= 1;
      due.splice(place, 0, event);
    },
    async run() {
      for (let events = 0; ; events += 1) {
        await settled();
        const event = due.shift();
        if (event === undefined) return;
        if (events > MOST_EVENTS) throw new Error('the schedule does not end');
        now = event.at;
        event.happens();
      }
    },
  };
}

function isLater(one: { at: number; order: number } | undefined, other: { at: number; order: number }): boolean {
  return one !== undefined && (one.at > other.at || (one.at === other.at && one.order > other.order));
}

/** All that follows from what has happened, before the next thing does. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** One process of an operating system: it may stand still for a while, and it may die; then nothing of it ever goes on. */
export interface Process {
  readonly clock: SteadyClock;
  readonly alive: () => boolean;
  /** Calls it back then, or later if it stands still then; never if it is dead. */
  after(ms: number, goesOn: () => void): void;
  pause(ms: number): void;
  die(): void;
  /** Called with `true` at the beginning of a pause and `false` after its end, when all that was due has gone on. */
  onPause(changes: (isPaused: boolean) => void): void;
}

/** @param skew its clock: where it begins, and how fast it goes (1 is right) */
export function startProcess(time: VirtualTime, skew: { offset: number; rate: number }): Process {
  let isAlive = true;
  let standsUntil = 0;
  let changes: (isPaused: boolean) => void = () => undefined;
  const waiting: (() => void)[] = [];
  const deliver = (goesOn: () => void): void => {
    if (!isAlive) return;
    if (time.now() < standsUntil) waiting.push(goesOn);
    else goesOn();
  };
  const after = (ms: number, goesOn: () => void): void => time.after(ms, () => deliver(goesOn));
  return {
    after,
    alive: () => isAlive,
    die: () => { isAlive = false; },
    onPause: (told) => { changes = told; },
    pause(ms) {
      if (!isAlive || time.now() < standsUntil) return;
      standsUntil = time.now() + ms;
      changes(true);
      time.after(ms, () => {
        for (const goesOn of waiting.splice(0)) time.after(0, () => deliver(goesOn));
        time.after(1, () => { if (isAlive) changes(false); });
      });
    },
    clock: {
      now: () => skew.offset + time.now() * skew.rate,
      sleep: (ms, signal) => new Promise((resolve, reject) => {
        const stop = (): void => reject(new DOMException('stopped', 'AbortError'));
        if (signal?.aborted === true) return stop();
        signal?.addEventListener('abort', stop, { once: true });
        // No timer is finer than a millisecond.
        after(Math.max(1, Math.ceil(ms / skew.rate)), () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        });
      }),
    },
  };
}
