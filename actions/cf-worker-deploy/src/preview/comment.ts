import type { ActionContext, Clock } from '@vendure-deploy/shared/action';
import { githubComments, type GitHubComments, ProviderError } from '@vendure-deploy/shared/providers/github';
import type { Inputs } from '../io.ts';
import type { Preview } from './settings.ts';

export interface Shown {
  readonly url: string;
  readonly sha: string;
  readonly versionId: string;
  /** When Cloudflare made the version, so that the same state has the same text. */
  readonly createdOn: string;
}

type Of = Pick<Preview, 'surface' | 'pullRequest'>;

/** No reader sees it; by it the comment is found again. */
export function markerOf({ surface }: Pick<Preview, 'surface'>): string {
  return `<!-- vendure-deploy: preview of the ${surface} -->`;
}

export function servingText({ surface }: Pick<Preview, 'surface'>, { url, sha, versionId, createdOn }: Shown): string {
  return [markerOf({ surface }), `**Preview of the ${surface}**: ${url}`, '', '| | |', '|---|---|', `| Commit | ${sha} |`, `| Version | \`${versionId}\` |`, `| Since | ${createdOn} |`].join('\n');
}

export function removedText({ surface }: Pick<Preview, 'surface'>): string {
  return [markerOf({ surface }), `**Preview of the ${surface}**: removed.`].join('\n');
}

interface Keeping {
  readonly comments: GitHubComments;
  readonly repository: string;
  readonly pullRequest: number;
  readonly marker: string;
  readonly body: string;
  /** Whether one is made where there is none. */
  readonly create: boolean;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
}

// A write whose answer was lost may have been done, so each is preceded by a read. GitHub loses few answers; a third one in a row is an outage.
const WRITES = 2;

/** One comment, whoever wrote it how often: found by its marker, the oldest one counts. @throws {ProviderError} */
export async function keepComment({ comments, repository, pullRequest, marker, body, create, clock, pauseMs, signal }: Keeping): Promise<'written' | 'unchanged' | 'none'> {
  for (let written = 0; ; written += 1) {
    const found = (await comments.list(repository, pullRequest)).find((one) => one.body.startsWith(marker));
    if (found !== undefined && plain(found.body) === plain(body)) return written === 0 ? 'unchanged' : 'written';
    if (found === undefined && !create) return 'none';
    try {
      await (found === undefined ? comments.create(repository, pullRequest, body) : comments.update(repository, found.id, body));
      return 'written';
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'unavailable') throw error;
      if (written === WRITES) throw error;
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** Says it in the pull request. What cannot be said there is a warning: the preview is what it is. */
export async function tell({ surface, pullRequest }: Of, body: string, { inputs, http, run, log, clock, signal }: ActionContext<Inputs>, { create }: { create: boolean }): Promise<void> {
  const token = inputs['github-token'];
  if (token.isEmpty) return log.info('No comment in the pull request: no github-token was given.');
  const marker = markerOf({ surface });
  try {
    const how = await keepComment({ comments: githubComments({ http, token, apiUrl: run.apiUrl }), repository: run.repository, pullRequest, marker, body, create, clock, pauseMs: inputs['read-interval-seconds'] * 1000, signal });
    log.info({ written: `The comment of pull request ${pullRequest} says it.`, unchanged: `The comment of pull request ${pullRequest} says it already.`, none: `Pull request ${pullRequest} has no comment to be changed.` }[how]);
  } catch (error) {
    if (!(error instanceof ProviderError) && !signal.aborted) throw error;
    log.warning(`The comment of pull request ${pullRequest} could not be written${error instanceof ProviderError ? `: ${error.message}` : ''}. The github-token needs \`pull-requests: write\`.`);
  }
}

/** GitHub gives line ends and the end of a text back in its own way. */
function plain(body: string): string {
  return body.replaceAll('\r\n', '\n').trim();
}
