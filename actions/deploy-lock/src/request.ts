import { UserError, type RunContext } from '@vendure-deploy/shared/action';
import { gitRefClient, type GitRefClient } from '@vendure-deploy/shared/lock';
import type { HttpClient } from '@vendure-deploy/shared/net';
import type { Secret } from '@vendure-deploy/shared/secrets';

/** What main and post need to speak to the same lock. @throws {UserError} */
export function lockClient(options: { http: HttpClient; token: Secret; lockRepository: string; environment: string; run: RunContext }): GitRefClient {
  const repository = options.lockRepository === '' ? options.run.repository : options.lockRepository;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new UserError(`deploy-lock: input \`lock-repository\` is ${JSON.stringify(repository)}. Give owner/name, or leave it empty to use ${options.run.repository}.`);
  if (!/^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/i.test(options.environment)) throw new UserError(`deploy-lock: input \`environment\` is ${JSON.stringify(options.environment)}. Give the name of an environment of the configuration, as production: letters, digits, "-" and "_".`);
  return gitRefClient({ http: options.http, token: options.token, repository, apiUrl: options.run.apiUrl });
}
