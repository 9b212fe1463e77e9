export interface Settings {
  readonly sha: string;
  readonly builtAt: string;
  readonly processGroup: string;
  readonly port: number;
  readonly databaseUrl: string;
  /** What a deploy shows to ask about the job queue; '': nobody may. */
  readonly jobsToken: string;
}

/** Everything that the process takes from its environment, read once. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  return {
    sha: environment['DEPLOY_SHA'] ?? '',
    builtAt: environment['BUILT_AT'] ?? '',
    processGroup: environment['FLY_PROCESS_GROUP'] ?? 'app',
    port: Number(environment['PORT'] ?? 3000),
    databaseUrl: required(environment, 'DATABASE_URL'),
    jobsToken: environment['JOBS_TOKEN'] ?? '',
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set. On Fly:  fly secrets set ${name}=…`);
  return value;
}
