export type Result = 'success' | 'failure' | 'cancelled' | 'skipped';
export interface Refusal { message: string; file: string; line: number }
/** `started`: seconds from the beginning of the run; absent of what an earlier attempt did, and of what never began. */
export interface StepOutcome { id: string; name: string; outcome: Result; conclusion: Result; started?: number; seconds: number }
export interface JobOutcome {
  /** `caller / inner` for the jobs of a called workflow, `id (v1, v2)` for the legs of a matrix. */
  id: string; name: string; result: Result; started?: number; seconds: number; outputs: Record<string, string>; steps: StepOutcome[];
}
export interface Annotation {
  job: string; level: 'error' | 'warning' | 'notice'; message: string; file: string | null; line: number | null; title: string | null;
  endLine?: number | null; column?: number | null; endColumn?: number | null;
}
export interface RunOutcome {
  conclusion: 'success' | 'failure' | 'cancelled' | 'startup_failure';
  refused: Refusal | null;
  /** What the workflow's `on.workflow_call.outputs` say, and the merged outputs of its calling jobs. */
  outputs: Record<string, string>;
  seconds: number;
  jobs: JobOutcome[];
  annotations: Annotation[];
  /** Markdown, in the order the steps wrote it. */
  summaries: string[];
}
