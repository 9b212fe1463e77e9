export { outcomeFile, type OutcomeFile } from './outcome-file.ts';
export { runWorkflow } from './engine/run.ts';
export type { Interrupt, JobMachine, RunObserver, RunEvent, RunOptions } from './options.ts';
export type { Annotation, JobOutcome, Refusal, Result, RunOutcome, StepOutcome } from './outcome.ts';
