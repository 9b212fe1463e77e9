import type { Json } from './expressions/values.ts';
import type { JobOutcome } from './outcome.ts';

/** What a caller gives for one run of one workflow. */
export interface RunOptions {
  readonly repository: string;
  readonly directory: string;
  readonly sha: string;
  readonly ref: string;
  /** File name below `.github/workflows/` of `directory`, or a path with a slash in it. */
  readonly workflow: string;
  readonly event: RunEvent;
  readonly actor: string;
  readonly runId: number;
  readonly runAttempt: number;
  readonly secrets: Readonly<Record<string, string>>;
  readonly environmentSecrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly variables: Readonly<Record<string, string>>;
  /** Variables of an environment; they win over those of the repository. */
  readonly environmentVariables?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly githubToken: string;
  /** The machine of one job: a token with just what the job may, and what each step's processes get. Without it, all jobs have `githubToken` and `environment`. */
  machine?(job: MachineRequest): Promise<JobMachine>;
  /** Reusable workflows and actions of other repositories. A rejection refuses the run before anything starts. */
  resolveRepository(repository: string, ref: string): Promise<{ directory: string; sha: string }>;
  /** The whole base environment of every step (PATH, proxy, CA): nothing of this process leaks into a step. */
  readonly environment: Readonly<Record<string, string>>;
  /** The Node binary that runs `node24` actions. */
  readonly node: string;
  readonly work: string;
  readonly out: string;
  readonly interrupts: readonly Interrupt[];
  readonly observer?: RunObserver;
  /** The operator's Ctrl-C: cancels the run as GitHub's cancel button does. */
  readonly signal?: AbortSignal;
  /** The runner goes away (X5): running steps are killed, no condition is evaluated, no post runs, the result is failure. */
  readonly shutdown?: AbortSignal;
  /** What to answer when a job asks for an environment; a name that is not here has no reviewers. `hold` waits for a cancel. */
  readonly approvals?: Readonly<Record<string, 'yes' | 'no' | 'hold'>>;
  /** A folder of concurrency groups, shared by several processes; without it the groups are those of this run. */
  readonly queue?: string;
  /** Re-run of failed jobs: jobs that succeeded here are not run again, unless something they need is. */
  readonly previous?: readonly JobOutcome[];
  /** Where artifacts live; below `work` by default. */
  readonly artifacts?: string;
  /** Where `actions/checkout` finds a repository; github.com by default. */
  repositoryUrl?(repository: string): string;
  /** For JavaScript actions only: ACTIONS_RUNTIME_URL and its relatives (A2). */
  readonly actionEnvironment?: Readonly<Record<string, string>>;
  readonly defaultBranch?: string;
  /** What an unset `permissions` means: the repository's default (W4). */
  readonly defaultPermissions?: 'read' | 'write';
  readonly timing?: Partial<Timing>;
}

/** What GitHub knows of a job when it gives it a machine. */
export interface MachineRequest {
  readonly id: string;
  readonly permissions: Readonly<Record<string, 'none' | 'read' | 'write'>>;
  /** '' when it names none. */
  readonly environment: string;
  /** owner/name/.github/workflows/file@ref: the workflow in which the job stands, a called one too. */
  readonly workflowRef: string;
}

export interface JobMachine {
  readonly token: string;
  /** What the job's log hides beside its secrets and that token: a credential that the environment holds. */
  readonly hidden?: readonly string[];
  /** On top of `environment`. */
  environmentOf(step: string): Promise<Readonly<Record<string, string>>>;
}

export interface RunEvent {
  readonly name: string;
  /** Of a `workflow_dispatch`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** `github.event`, over what the runner makes up itself. */
  readonly payload?: Readonly<Record<string, Json>>;
}

/** GitHub's figures; tests shorten them. */
export interface Timing {
  /** From SIGINT to SIGTERM, and from there to the kill of the tree (ProcessInvoker.cs). */
  readonly untilTerminateMs: number;
  readonly untilKillMs: number;
  /** From the cancel to the end of everything that still runs (docs, workflow cancellation). */
  readonly cancelWindowMs: number;
  readonly minuteMs: number;
}

/** Something happens to the run while a job is at work. */
export interface Interrupt {
  /** The job's own id, or `caller / inner`; with its leg, `id (v1)`. */
  readonly job: string;
  /** Once that step's process has written its first line (or after a second). Without it: any step, or the wait for an approval or a concurrency group. */
  readonly step?: string;
  /** Only once the job has written a line that contains this. */
  readonly line?: string;
  /** SIGINT cancels the run; runner-lost ends the runner (X5). */
  readonly signal: 'SIGINT' | 'runner-lost';
  readonly fired?: () => void;
}

export interface RunObserver {
  jobStarted(id: string): void;
  /** Its environment's reviewers are asked, and do not answer. */
  jobHeld?(id: string, environment: string): void;
  jobEnded(job: JobOutcome): void;
  line(job: string, step: string, text: string): void;
}
