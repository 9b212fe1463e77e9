export { outcomeFile, type OutcomeFile } from './outcome-file.ts';
export { gitEnvironment } from './builtin/git-environment.ts';
export { type Foreseen, foresee } from './engine/foresee.ts';
export { planWorkflow, runWorkflow } from './engine/run.ts';
export type { Interrupt, JobMachine, RunObserver, RunEvent, RunOptions } from './options.ts';
export type { Annotation, JobOutcome, Refusal, Result, RunOutcome, StepOutcome } from './outcome.ts';
export { Refused } from './plan/fields.ts';
export { wantedBy } from './plan/permissions.ts';
export type { CallContract, CallJob, InputPlan, JobPlan, Permissions, StepsJob, WorkflowPlan } from './plan/types.ts';
