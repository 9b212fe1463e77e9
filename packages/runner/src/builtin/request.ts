import type { JobState } from '../engine/job-state.ts';

export interface BuiltinRequest {
  readonly inputs: Readonly<Record<string, string>>;
  readonly state: JobState;
  readonly signal: AbortSignal;
  line(text: string): void;
}

/** Does an action's work in this process. @returns its outputs @throws what fails the step */
export type Builtin = (request: BuiltinRequest) => Promise<Record<string, string>>;
