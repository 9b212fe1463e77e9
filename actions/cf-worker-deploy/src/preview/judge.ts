import { shortSha } from '@vendure-deploy/shared/release';
import { convergence, isFrom } from '../deploy/convergence.ts';
import type { Attempt, Judgement } from '../deploy/judge.ts';
import type { Observed } from '../deploy/observe.ts';

/** What a judgement about a preview is about. */
export interface Subject {
  readonly surface: string;
  readonly pullRequest: number;
  readonly worker: string;
  readonly sha: string;
  readonly url: string;
  /** What has it tried once more. */
  readonly again: string;
}

/** Before the upload: a judgement ends the action, null lets it go on. */
export function judgeBefore(subject: Subject, { live, public: answered }: Observed, redeploy: boolean): Judgement | null {
  if (live.kind === 'unreadable') return { decision: 'failed', reasonCode: 'anchor-unreadable', message: `What is live of ${subject.worker} could not be read: ${live.why}. Nothing was uploaded. Try again:  ${subject.again}` };
  if (redeploy || live.kind !== 'live' || live.tag !== subject.sha || !isFrom(live.versionId, answered) || answered.sha !== subject.sha) return null;
  return { decision: 'skipped', reasonCode: 'already-serves', message: `${previewOf(subject)} serves ${shortSha(subject.sha)} already, at ${subject.url}. Nothing was uploaded.` };
}

/** After wrangler: what was read back decides. */
export function judgePreview(subject: Subject, anchor: Observed, attempt: Attempt, observed: Observed): Judgement {
  const { sha, url, worker, again } = subject;
  const { live, public: answered } = observed;
  const ended = attempt.timedOut ? 'wrangler did not end in time' : attempt.exitCode === 0 ? 'wrangler said that it succeeded' : `wrangler ended with ${attempt.exitCode === null ? 'a signal' : `exit code ${attempt.exitCode}`}`;
  const words = attempt.exitCode === 0 || attempt.firstError === '' ? '' : ` Its first error: ${attempt.firstError.replace(/[.!]?$/u, '.')}`;
  if (attempt.cancelled) return { decision: 'unknown', reasonCode: 'cancelled', message: `Cancelled while ${worker} was uploaded; what it serves is not known. Try again:  ${again}` };
  switch (convergence({ sha, versionId: attempt.versionId, anchor }, observed)) {
    case 'target':
      return { decision: 'done', reasonCode: 'preview-serves', message: `${previewOf(subject)} serves ${shortSha(sha)} at ${url}.${attempt.exitCode === 0 ? '' : ` That was read twice, though ${ended}.${words}`}` };
    case 'before':
      return { decision: 'failed', reasonCode: 'not-deployed', message: `${previewOf(subject)} is as it was before: ${ended}, and nothing new is live.${words} Try again:  ${again}` };
    case 'arriving':
      return { decision: answered.kind === 'serves' ? 'failed' : 'unknown', reasonCode: answered.kind === 'serves' ? 'mixed' : 'serves-unproven', message: `${live.kind === 'live' ? `Version ${live.versionId}` : 'The new version'} of ${worker} is live, but ${url} did not answer with it in time (${answered.kind === 'serves' ? `it serves ${shortSha(answered.sha)}` : answered.why}).${words} Try again:  ${again}` };
    case 'mixed':
      return { decision: 'failed', reasonCode: 'mixed', message: `Something else of ${worker} is live than was uploaded: another run is at work on it. ${ended.charAt(0).toUpperCase()}${ended.slice(1)}.${words} Try again:  ${again}` };
    case 'unreadable':
      return { decision: 'unknown', reasonCode: 'serves-unproven', message: `What is live of ${worker} could not be read (${live.kind === 'unreadable' ? live.why : 'no answer'}). Try again:  ${again}` };
  }
}

function previewOf({ surface, pullRequest }: Subject): string {
  return `The preview of the ${surface} for pull request ${pullRequest}`;
}
