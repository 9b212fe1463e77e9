/** Everything that the processes take from their environment, read once. */
export const settings = {
  // Of the image, never of a Machine: what serves says itself which commit it is.
  sha: process.env['DEPLOY_SHA'] ?? '',
  builtAt: process.env['BUILT_AT'] ?? '',
  processGroup: process.env['FLY_PROCESS_GROUP'] ?? 'app',
  port: Number(process.env['PORT'] ?? 3000),
  databaseUrl: process.env['DATABASE_URL'] ?? '',
  cookieSecret: process.env['COOKIE_SECRET'] ?? '',
  superadminPassword: process.env['SUPERADMIN_PASSWORD'] ?? '',
  /** What a deploy shows to ask about the job queue; '': nobody may. */
  jobsToken: process.env['JOBS_TOKEN'] ?? '',
};

/** Vendure has a default for the last two, which everybody knows. */
export function requireSecrets(): void {
  for (const [name, value] of Object.entries({ DATABASE_URL: settings.databaseUrl, COOKIE_SECRET: settings.cookieSecret, SUPERADMIN_PASSWORD: settings.superadminPassword })) {
    if (value === '') throw new Error(`${name} is not set. On Fly:  fly secrets set --stage ${name}=…`);
  }
}
