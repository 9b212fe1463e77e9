import { readFile } from 'node:fs/promises';
import { type RunContext, UserError } from '@vendure-deploy/shared/action';
import { z } from 'zod';

const repository = z.object({ full_name: z.string() });
/** A fork that was removed since is null. `workflow_run` tells of the run of the pull request that it came after. */
const payload = z.object({
  pull_request: z.object({ head: z.object({ repo: repository.nullable() }) }).optional(),
  workflow_run: z.object({ head_repository: repository.nullable() }).optional(),
});

/**
 * The code of a fork is anybody's: it never runs in a job that has a secret, also when somebody of the repository started it (`pull_request_target`).
 * @throws {UserError} fork-refused
 */
export async function requireOwnPullRequest({ eventName, eventPath, repository: own }: Pick<RunContext, 'eventName' | 'eventPath' | 'repository'>): Promise<void> {
  // A comment's payload names no head at all: it is refused, too.
  const tells = /^(?:pull_request|workflow_run|issue_comment)/u.test(eventName);
  const said = eventPath === '' ? null : payload.safeParse(await readFile(eventPath, 'utf8').then(json, () => null));
  if (said?.success !== true) {
    if (tells || eventPath !== '') throw refused(`the payload of the event ${eventName} could not be read, so that nobody knows whether the pull request is one of ${own}`);
    return;
  }
  const { pull_request: pullRequest, workflow_run: run } = said.data;
  if (tells && pullRequest === undefined && run === undefined) throw refused(`the payload of the event ${eventName} does not tell from which repository the pull request is`);
  const from = [...(pullRequest === undefined ? [] : [pullRequest.head.repo]), ...(run === undefined ? [] : [run.head_repository])];
  const foreign = from.find((one) => one?.full_name !== own);
  if (foreign !== undefined) throw refused(`the pull request is from ${foreign?.full_name ?? 'a repository that is not there any more'}, not from ${own}, and the code of a fork gets no preview`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refused(why: string): UserError {
  return new UserError(`cf-worker-deploy: ${why}. Nothing was read or written. To see it, push its commits to a branch of the repository, after a review.`, { reasonCode: 'fork-refused' });
}
