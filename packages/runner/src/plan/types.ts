import type { Node } from '../parser/tree.ts';

/** One workflow file with everything it calls, read once; the engine executes only this. */
export interface WorkflowPlan {
  readonly file: string;
  readonly name: string;
  readonly source: Source;
  readonly runName: Node | null;
  readonly environment: Node | null;
  readonly permissions: Permissions | null;
  readonly concurrency: ConcurrencyPlan | null;
  readonly triggers: readonly string[];
  readonly dispatch: Readonly<Record<string, InputPlan>> | null;
  readonly call: CallContract | null;
  readonly jobs: readonly JobPlan[];
}

/** Which repository at which commit a file came from: what `$/` and `job.workflow_*` mean. */
export interface Source {
  readonly repository: string;
  readonly directory: string;
  readonly sha: string;
  readonly ref: string;
}

/** Scope to level; a scope that is not here has none. */
export type Permissions = Readonly<Record<string, 'none' | 'read' | 'write'>>;

export interface InputPlan {
  readonly type: 'string' | 'boolean' | 'number' | 'choice' | 'environment';
  readonly required: boolean;
  readonly default: Node | null;
  readonly options: readonly string[];
  readonly line: number;
}

export interface CallContract {
  readonly inputs: Readonly<Record<string, InputPlan>>;
  readonly secrets: Readonly<Record<string, { readonly required: boolean }>>;
  readonly outputs: Readonly<Record<string, Node>>;
}

export interface ConcurrencyPlan {
  readonly group: Node;
  readonly cancelInProgress: Node | null;
  readonly queue: 'single' | 'max';
  readonly line: number;
}

export interface StrategyPlan {
  readonly matrix: Node | null;
  readonly failFast: Node | null;
  readonly maxParallel: Node | null;
  readonly line: number;
}

export interface DefaultsPlan {
  readonly shell: Node | null;
  readonly workingDirectory: Node | null;
}

interface AnyJob {
  readonly id: string;
  readonly line: number;
  readonly name: Node | null;
  readonly needs: readonly string[];
  readonly condition: string | null;
  /** What the job's token may do: its own `permissions`, else the workflow's; null is the repository's default. */
  readonly permissions: Permissions | null;
  readonly concurrency: ConcurrencyPlan | null;
  readonly strategy: StrategyPlan | null;
}

export interface StepsJob extends AnyJob {
  readonly kind: 'steps';
  readonly runsOn: Node | null;
  readonly environmentName: Node | null;
  readonly environmentUrl: Node | null;
  readonly outputs: Readonly<Record<string, Node>>;
  readonly env: Node | null;
  readonly timeoutMinutes: Node | null;
  readonly continueOnError: Node | null;
  readonly defaults: DefaultsPlan | null;
  readonly steps: readonly StepPlan[];
}

export interface CallJob extends AnyJob {
  readonly kind: 'call';
  readonly callee: WorkflowPlan;
  readonly with: Node | null;
  readonly secrets: 'inherit' | Node | null;
}

export type JobPlan = StepsJob | CallJob;

export interface StepPlan {
  readonly id: string;
  readonly hasId: boolean;
  readonly line: number;
  readonly name: Node | null;
  readonly condition: string | null;
  readonly env: Node | null;
  readonly continueOnError: Node | null;
  readonly timeoutMinutes: Node | null;
  readonly background: boolean;
  readonly work: StepWork;
}

export type StepWork =
  | { readonly kind: 'run'; readonly script: Node; readonly shell: Node | null; readonly workingDirectory: Node | null }
  | { readonly kind: 'uses'; readonly uses: string; readonly with: Node | null }
  | { readonly kind: 'wait'; readonly ids: readonly string[] | 'all' }
  | { readonly kind: 'cancel'; readonly id: string };
