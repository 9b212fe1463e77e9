import { relative, resolve } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { loadConfig, wordpressOf, type WordPressSurface } from '@vendure-deploy/shared/config';
import type { Context } from './io.ts';

/** What is to be built or deployed, from inputs and configuration together. */
export interface Target {
  readonly operation: Exclude<Context['inputs']['operation'], ''>;
  readonly environment: string;
  readonly sha: string;
  readonly config: WordPressSurface;
  /** '' where none is needed. */
  readonly artifact: string;
}

/** @throws {UserError} */
export async function readTarget({ inputs, workspace }: Context): Promise<Target> {
  const config = wordpressOf(await loadConfig(resolve(workspace, inputs.config)), inputs.environment);
  const operation = inputs.operation || 'status';
  const takesArtifact = operation === 'build' || operation === 'deploy';
  if (operation === 'build' && !inputs['ssh-key'].isEmpty) throw fault("operation build runs the shop's own code and takes no key. Leave `ssh-key` out of this step; give it to operation deploy");
  if (operation !== 'build' && inputs['ssh-key'].isEmpty) throw fault('input `ssh-key` is empty. Make a key that only this deploy uses, add its public half to authorized_keys of the host, and store the private one as the secret WP_SSH_KEY of the environment:  ssh-keygen -t ed25519 -N "" -f wp-deploy');
  if (takesArtifact && inputs.sha === '') throw fault(`input \`sha\` is empty. Operation ${operation} needs the commit that is checked out, all 40 digits`);
  if (takesArtifact && inputs['artifact-directory'] === '') throw fault(`input \`artifact-directory\` is empty. Operation ${operation} needs it: give a folder beside the checkout, as \${{ runner.temp }}/wordpress`);
  return { operation, environment: inputs.environment, sha: inputs.sha, config, artifact: takesArtifact ? artifactFolder(workspace, inputs['artifact-directory']) : '' };
}

/** Within the checkout it would make the checkout unclean, and around it nothing may be written. */
function artifactFolder(workspace: string, given: string): string {
  const folder = resolve(workspace, given);
  if (relative(workspace, folder).startsWith('..') && relative(folder, workspace).startsWith('..')) return folder;
  throw fault(`input \`artifact-directory\` is ${JSON.stringify(given)}, within or around the checkout. Give a folder beside it, as \${{ runner.temp }}/wordpress`);
}

function fault(why: string): UserError {
  return new UserError(`wp-deploy: ${why}.`);
}
