import type { Clock } from './definition.ts';

export interface Stopwatch<Phase extends string> {
  /** Times the work, however it ends; what was timed before under the same name is added to. */
  time<T>(phase: Phase, work: () => Promise<T>): Promise<T>;
  /** A part of another phase that was timed elsewhere, as the release command is one of flyctl's. */
  part(phase: Phase, seconds: number): void;
  /** Seconds by phase; parts stand beside the phase that they are of. */
  seconds(): Readonly<Partial<Record<Phase, number>>>;
}

export function stopwatch<Phase extends string>(clock: Clock): Stopwatch<Phase> {
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
    part: (phase, seconds) => void (spent[phase] = (spent[phase] ?? 0) + seconds),
    seconds: () => ({ ...spent }),
  };
}
