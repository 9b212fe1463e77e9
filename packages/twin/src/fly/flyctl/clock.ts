/** flyctl's own waits, at the twin's pace. */
export interface Clock {
  /** Ends early when the signal does, and never throws: whoever waits looks at the signal afterwards. */
  rest(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds of flyctl's time since a moment of this machine's. */
  since(moment: number): number;
}

export function clockAt(speed: number): Clock {
  return {
    rest: (milliseconds, signal) =>
      new Promise((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, milliseconds / speed);
        if (signal?.aborted === true) finish();
        else signal?.addEventListener('abort', finish, { once: true });
      }),
    since: (moment) => (Date.now() - moment) * speed,
  };
}

/** flyctl waits up to twice as long after each failure, up to a limit, and each time by chance a part of it: several that begin together fall out of step (measured). */
export function* doubling(first: number, longest: number): Generator<number, never> {
  for (let wait = first; ; wait = Math.min(longest, wait * 2)) yield first + Math.random() * (wait - first);
}
