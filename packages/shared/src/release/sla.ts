export interface PhaseTime {
  phase: string;
  seconds: number;
}

export interface SlaReading {
  budgetSeconds: number;
  seconds: number;
  /** Negative after a breach. */
  remainingSeconds: number;
  /** A breach is a warning: it never turns a deploy that serves into a failure. */
  status: 'met' | 'breached';
  phases: readonly PhaseTime[];
  /** Of the whole time, what no phase accounts for (queues, the start of machines). */
  betweenSeconds: number;
}

/** The promise in seconds, from the dispatch on. */
export function slaClock(options: { budgetSeconds: number; startedAtMs: number }): { read(nowMs: number, phases?: readonly PhaseTime[]): SlaReading } {
  return {
    read(nowMs, phases = []) {
      const seconds = Math.max(0, nowMs - options.startedAtMs) / 1000;
      const inPhases = phases.reduce((sum, phase) => sum + phase.seconds, 0);
      return {
        budgetSeconds: options.budgetSeconds,
        seconds,
        remainingSeconds: options.budgetSeconds - seconds,
        status: seconds <= options.budgetSeconds ? 'met' : 'breached',
        phases,
        betweenSeconds: Math.max(0, seconds - inPhases),
      };
    },
  };
}

/** Never to the operator's favour: 300.04 s of 300 are 300.1. */
export function secondsOf(seconds: number): string {
  return (Math.ceil(seconds * 10 - 1e-6) / 10).toFixed(1);
}
