import type { Comment, IdentityOfJob, Inventory, JobState, RequestRecord, RunState, Surfaces, Truth } from '@vendure-deploy/twin';

/** What one rehearsal's run needs of the world, wherever the world's process is: plain data in and out, so that it can cross a socket. */
export interface WorldRun {
  /** Proxy and CA variables for what the step starts; its calls are recorded as its own. */
  environmentOf(place: { job: string | null; step: string | null }): Promise<Readonly<Record<string, string>>>;
  /** A token of the rehearsed GitHub with just those permissions: a person's, or of one repository alone, as a job's own is. */
  issueToken(permissions: Readonly<Record<string, 'read' | 'write'>>, of?: { readonly login?: string; readonly repository?: string }): Promise<string>;
  /** What the JavaScript actions of this run get of the rehearsed GitHub: its cache service, and a token for it. */
  actionEnvironment(): Promise<Readonly<Record<string, string>>>;
  /** By what a job asks the rehearsed GitHub who it is (OIDC); {} without `id-token: write`. */
  identityEnvironment(job: IdentityOfJob): Promise<Readonly<Record<string, string>>>;
  setRun(run: RunState): Promise<void>;
  setJobs(runId: number, jobs: readonly JobState[]): Promise<void>;
  setJobLog(jobId: number, text: string): Promise<void>;
  headOf(repository: string, ref: string): Promise<string>;
  interrupts(): Promise<readonly { job: string; step: string; signal: 'SIGINT' | 'runner-lost'; line?: string }[]>;
  /** The runner has carried out an interrupt. */
  interrupted(place: { job: string; step: string }): Promise<void>;
  truth(surfaces: Surfaces): Promise<Truth>;
  /** The Cloudflare account, to compare it with itself. */
  inventory(): Promise<Inventory>;
  /** What stands under a pull request of the shop, the oldest first. */
  comments(pullRequest: number): Promise<readonly Comment[]>;
  report(): Promise<RunReport>;
  close(): Promise<void>;
}

export interface RunReport {
  readonly faults: readonly { readonly rule: string; readonly fired: number }[];
  readonly strayCalls: readonly string[];
  readonly writes: number;
  readonly records: number;
  readonly requests: readonly RequestRecord[];
}

/** What does not change while the world lives. */
export interface WorldFacts {
  readonly shelf: string;
  /** flyctl as an operator has it installed. */
  readonly flyctl: string;
  readonly home: string;
  readonly speed: number;
  /** What reaches everything: the organization's token at Fly, the account's at Cloudflare. */
  readonly credentials: { readonly flyApiToken: string; readonly cloudflareApiToken: string };
  /** Of Cloudflare Access, before the shop's hidden lanes; null: it has none. */
  readonly serviceToken: { readonly clientId: string; readonly clientSecret: string } | null;
  /** By app: a deploy token that reaches that one alone. */
  readonly flyTokens: Readonly<Record<string, string>>;
  /** The database server's URL, without the name of a database. */
  readonly databaseOrigin: string;
  /** Where the shop's history is checked out. */
  readonly shop: string;
}

export interface RunRequest {
  readonly faults: readonly string[];
  readonly latencyMs: number;
  /** What the lane is about: production or staging. */
  readonly environment: string;
  /** Another repository than the shop's, whose run it is; it is there from then on. */
  readonly caller?: { readonly repository: string; readonly directory: string };
}

export interface World {
  readonly directory: string;
  readonly facts: WorldFacts;
  /** @throws {Error} whose message says which fault line does not parse */
  openRun(options: RunRequest): Promise<WorldRun>;
  /** Leaves the world; the last one ends its processes, and keeps its state when the world has a folder of its own. */
  leave(): Promise<void>;
}
