import type { FaultScript, RunInterrupt } from '../faults/index.ts';

/** A step that the runner is to interrupt, with what marks the rule as fired. */
export type Interrupt = RunInterrupt & { readonly fired: () => void };

export function interruptsOf(script: FaultScript): Interrupt[] {
  return script.interrupts().map((interrupt) => ({ ...interrupt, fired: () => void script.take('run', `step ${interrupt.job}/${interrupt.step}`) }));
}
