interface Wanted {
  readonly config: string;
  /** '' takes the top level of the configuration, and has to be said: without `--env` wrangler only warns. */
  readonly environment: string;
}

/** Makes no request, needs no token, and names the Worker that a deploy would write to. */
export function dryRunArguments({ config, environment }: Wanted): string[] {
  return ['deploy', '--config', config, `--env=${environment}`, '--no-x-provision', '--dry-run'];
}

/** `--no-x-provision`: a deploy never creates a namespace or a bucket by itself. */
export function deployArguments({ config, environment, sha, message }: Wanted & { readonly sha: string; readonly message: string }): string[] {
  return ['deploy', '--config', config, `--env=${environment}`, '--no-x-provision', '--tag', sha, '--message', message];
}

/** Settings that have no version, and routes, of a version that is live already. */
export function mendArguments({ config, environment, versionId }: Wanted & { readonly versionId: string }): string[][] {
  const which = ['--config', config, `--env=${environment}`];
  return [['versions', 'deploy', `${versionId}@100%`, '-y', ...which], ['triggers', 'deploy', ...which]];
}
