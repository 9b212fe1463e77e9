import type { Clock } from '@vendure-deploy/shared/action';

export type Phase = 'read' | 'secrets' | 'settle' | 'flyctl' | 'gate';

export interface Stopwatch {
  /** Times the work, however it ends; what was timed before under the same name is added to. */
  time<T>(phase: Phase, work: () => Promise<T>): Promise<T>;
  /** Seconds by phase. */
  seconds(): Readonly<Partial<Record<Phase, number>>>;
}

export function stopwatch(clock: Clock): Stopwatch {
  const spent: Partial<Record<Phase, number>> = {};
  return {
    async time(phase, work) {
      const started = clock.now();
      try {
        return await work();
      } finally {
        spent[phase] = (spent[phase] ?? 0) + (clock.now() - started) / 1000;
      }
    },
    seconds: () => ({ ...spent }),
  };
}
