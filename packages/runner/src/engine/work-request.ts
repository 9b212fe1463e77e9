import type { Result } from '../outcome.ts';
import type { StepPlan } from '../plan/types.ts';
import type { Effects } from './effects.ts';
import type { Limit } from './limit.ts';
import type { Scope } from './scope.ts';
import type { Usage } from './usage.ts';

/** One step at work. */
export interface Work {
  readonly step: StepPlan;
  readonly scope: Scope;
  readonly usage: Usage | null;
  /** The step's own `env`, on top of its scope's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limit: Limit;
  readonly effects: Effects;
  /** Which log the lines go to. */
  readonly log: string;
  /** The name under which a person sees it. */
  readonly name: string;
  /** Seen by an interrupt. */
  readonly onLine: (text: string) => void;
  /** Outputs are kept also when the step fails. */
  readonly outputs: Record<string, string>;
  /** Does the work of a step inside this one. @throws what fails it */
  perform(work: Work): Promise<Done>;
}

export type Worked = Exclude<Result, 'skipped'>;

/** A composite's steps have answered a cancel and a timeout themselves; for other work the step around it has to. */
export interface Done {
  readonly result: Worked;
  readonly settled: boolean;
}

/** Canceled outweighs Failed, which outweighs Succeeded (TaskResultUtil.cs; S7). */
export function merged(before: Worked, next: Result): Worked {
  if (before === 'cancelled' || next === 'cancelled') return 'cancelled';
  return before === 'failure' || next === 'failure' ? 'failure' : 'success';
}
