/** What a checkout says of its shop. Nothing here is decided yet; `propose` does that. */
export interface Found {
  readonly repository: string | null;
  readonly defaultBranch: string | null;
  readonly packages: PackageManager;
  readonly servers: readonly Server[];
  readonly workers: readonly FoundWorker[];
  readonly wordpress: { readonly plugin: string; readonly sources: string } | null;
  /** What was met and could not be used, each in a sentence. */
  readonly notes: readonly string[];
}

export type EnvironmentName = 'production' | 'staging';
export type WorkerSurface = 'dashboard' | 'storefront';

export interface PackageManager {
  readonly name: 'pnpm' | 'npm' | 'yarn';
  /** Yarn's second generation and later. */
  readonly isModern: boolean;
  readonly hasWorkspaces: boolean;
  readonly hasNx: boolean;
}

/** One fly.toml that is the server's, as it counts for one environment. */
export interface Server {
  readonly environment: EnvironmentName;
  readonly file: string;
  readonly app: string | null;
  readonly processGroups: readonly string[];
  /** null: fly.toml leaves it to flyctl. */
  readonly strategy: string | null;
  readonly releaseCommand: string | null;
  /** The path of the check that Fly makes by HTTP. */
  readonly healthPath: string | null;
  readonly dockerfile: string | null;
  readonly context: string;
  readonly migrations: string | null;
  /** `shopApiPath` of Vendure's configuration. */
  readonly shopApi: string | null;
  /** What its sources read of their environment, and fly.toml does not set: its secrets may be among them. */
  readonly variables: readonly string[];
}

/** One wrangler configuration, with what it says of each environment. */
export interface FoundWorker {
  readonly surface: WorkerSurface;
  readonly file: string;
  readonly directory: string;
  /** '' is the top level. */
  readonly environments: Readonly<Record<string, WorkerEnvironment>>;
  /** The name by which the package manager, or Nx, knows what lies there. */
  readonly packageName: string | null;
  /** The script, or the target, that builds it. */
  readonly buildScript: string | null;
  readonly artifact: readonly string[];
}

export interface WorkerEnvironment {
  readonly name: string | null;
  readonly account: string | null;
  /** The host of its first route. */
  readonly host: string | null;
  readonly zone: string | null;
  /** Origins that its variables name as an API's, with the variable. */
  readonly apis: readonly { readonly variable: string; readonly origin: string }[];
}
