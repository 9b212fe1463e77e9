import { UserError, type RunContext } from '@vendure-deploy/shared/action';
import type { GitHubClient } from '@vendure-deploy/shared/providers/github';

/** What was asked for, before GitHub is asked. @throws {UserError} with what to type */
export function readRef(text: string): string {
  const assigned = /^ref\s*[=:]\s*(.*)$/i.exec(text)?.[1];
  if (assigned !== undefined) throw new UserError(`preflight: input \`ref\` is ${JSON.stringify(text)}. Type only the branch, tag or SHA: ${assigned === '' ? 'develop' : assigned}`);
  if (/^[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase();
  // The rules of git check-ref-format that a typed name can break.
  if (/[\s~^:?*[\\\u0000-\u001f\u007f]|\.\.|@\{|\/\/|^[-/]|[/.]$|\.lock$/.test(text)) throw new UserError(`preflight: input \`ref\` is ${JSON.stringify(text)}, which git does not allow as a name. Type a branch, a tag or a full SHA, as main or v1.4.0.`);
  return text;
}

/** Only the SHA travels on. @throws {UserError} */
export async function resolveRevision(github: GitHubClient, run: RunContext, text: string): Promise<{ sha: string; from: string }> {
  const ref = readRef(text);
  if (ref === '') return { sha: run.sha, from: 'the commit of this run' };
  const found = await github.resolve(run.repository, ref);
  if (found === null) {
    const short = /^[0-9a-f]{4,39}$/i.test(ref) ? ` It looks like a short SHA: type all 40 digits, as \`git rev-parse ${ref}\` prints them.` : ' Type a branch, a tag or a full SHA, and push it first.';
    throw new UserError(`preflight: ${run.repository} has no branch, tag or commit ${JSON.stringify(ref)}.${short}`, { reasonCode: 'ref-not-found' });
  }
  return { sha: found.sha, from: `${found.kind} ${ref}` };
}

/** One image tag per environment and commit. */
export function imageTagOf(environment: string, sha: string): string {
  return `${environment}-${sha}`;
}
