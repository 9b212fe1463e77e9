import { type InputValues, UserError, type RunContext } from '@vendure-deploy/shared/action';
import { gitRefClient, isEnvironmentName, lockRepository, type GitRefClient } from '@vendure-deploy/shared/lock';
import type { HttpClient } from '@vendure-deploy/shared/net';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { inputs as declared } from './inputs.ts';

/** What main and post need to speak to the same lock. @throws {UserError} */
export function lockClient(options: { http: HttpClient; token: Secret; lockRepository: string; environment: string; run: RunContext }): GitRefClient {
  const repository = lockRepository(options.lockRepository, options.run.repository);
  if (!isEnvironmentName(options.environment)) throw new UserError(`deploy-lock: input \`environment\` is ${JSON.stringify(options.environment)}. Give the name of an environment of the configuration, as production: lower-case letters, digits and "-", at most 63.`);
  return gitRefClient({ http: options.http, token: options.token, repository, apiUrl: options.run.apiUrl });
}

// What a title of a commit holds easily; the rest belongs into a ticket.
const LONGEST_REASON = 500;

/** What goes together, before anything is asked of anybody. @throws {UserError} */
export function refuseInputs(inputs: InputValues<typeof declared>): void {
  const { operation, environment, reason, 'confirm-environment': typed, 'job-id': jobId } = inputs;
  if (jobId !== '' && !/^[1-9]\d{0,14}$/.test(jobId)) throw new UserError(`deploy-lock: input \`job-id\` is ${JSON.stringify(jobId)}. Allowed: the number of the job, \${{ job.check_run_id }}. Leave it empty to be looked up by the run.`);
  if (reason.length > LONGEST_REASON) throw new UserError(`deploy-lock: input \`reason\` has ${reason.length} characters. Allowed: ${LONGEST_REASON}.`);
  if (inputs.steal && operation !== 'acquire') throw new UserError(`deploy-lock: input \`steal\` is for operation acquire, and this is ${operation}. Leave it empty${operation === 'force' ? ': force takes the lock from anybody' : ''}.`);
  if (operation !== 'force') return;
  if (reason === '') throw new UserError('deploy-lock: operation force needs a `reason`, as "run 123 hangs, its runner was switched off". It stands in the history of the lock.');
  if (typed !== environment) throw new UserError(`deploy-lock: input \`confirm-environment\` is ${JSON.stringify(typed)}, and the environment is ${JSON.stringify(environment)}. Type the environment whose lock is to be broken, once more.`);
}
