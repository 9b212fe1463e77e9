interface Wanted {
  readonly config: string;
  /** '' takes the top level of the configuration, and has to be said: without `--env` wrangler only warns. */
  readonly environment: string;
  /** Of the Worker: whatever the configuration says, no other is written to. */
  readonly name: string;
}

/** `--no-x-provision`: a deploy never creates a namespace or a bucket by itself. */
export function deployArguments({ sha, message, ...wanted }: Wanted & { readonly sha: string; readonly message: string }): string[] {
  return ['deploy', ...of(wanted), '--no-x-provision', '--tag', sha, '--message', message];
}

/** Makes a version that nobody meets. */
export function uploadArguments({ sha, message, ...wanted }: Wanted & { readonly sha: string; readonly message: string }): string[] {
  return ['versions', 'upload', ...of(wanted), '--no-x-provision', '--tag', sha, '--message', message];
}

/**
 * Moves traffic, and nothing else: without a configuration wrangler sets none of what has no version. `-y`, and the specs by id: without them it
 * prints a picker and says 0. Never `rollback`, which forces what Cloudflare refuses.
 */
export function shiftArguments({ worker, split, message }: { readonly worker: string; readonly split: readonly { readonly id: string; readonly percentage: number }[]; readonly message: string }): string[] {
  return ['versions', 'deploy', ...split.map(({ id, percentage }) => `${id}@${percentage}%`), '-y', '--name', worker, '--message', message];
}

/** Settings that have no version, and routes, of a version that is live already. */
export function mendArguments({ versionId, ...wanted }: Wanted & { readonly versionId: string }): string[][] {
  return [['versions', 'deploy', `${versionId}@100%`, '-y', ...of(wanted)], triggerArguments(wanted)];
}

/** All traffic to one version, with the settings that no version has. */
export function promoteArguments({ versionId, message, ...wanted }: Wanted & { readonly versionId: string; readonly message: string }): string[] {
  return ['versions', 'deploy', `${versionId}@100%`, '-y', ...of(wanted), '--message', message];
}

/** Routes, domains and schedules, which no version has. */
export function triggerArguments(wanted: Wanted): string[] {
  return ['triggers', 'deploy', ...of(wanted)];
}

function of({ config, environment, name }: Wanted): string[] {
  return ['--config', config, `--env=${environment}`, '--name', name];
}
