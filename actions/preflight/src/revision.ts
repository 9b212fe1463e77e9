import { UserError } from '@vendure-deploy/shared/action';
import type { Candidates } from '@vendure-deploy/shared/providers/github';

/** What was asked for, before GitHub is asked. @throws {UserError} with what to type */
export function readRef(text: string): string {
  const assigned = /^(?:(?:-f|-F|--field|--raw-field)\s+)?(?:--)?ref(?:\s*[=:]\s*|\s+)(.*)$/i.exec(text)?.[1];
  if (assigned !== undefined) throw new UserError(`preflight: input \`ref\` is ${JSON.stringify(text)}. Type only the branch, tag or SHA: ${assigned === '' ? 'develop' : assigned}`);
  if (/^[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase();
  // The rules of git check-ref-format that a typed name can break.
  if (/[\s~^:?*[\\\u0000-\u001f\u007f]|\.\.|@\{|\/\/|^[-/]|[/.]$|\.lock$/.test(text)) throw new UserError(`preflight: input \`ref\` is ${JSON.stringify(text)}, which git does not allow as a name. Type a branch, a tag or a full SHA, as main or v1.4.0.`);
  return text;
}

export type Revision =
  | { readonly kind: 'commit'; readonly sha: string; /** As a sentence begins with it. */ readonly from: string; /** What else was meant, perhaps; '' when nothing was. */ readonly doubt: string }
  | { readonly kind: 'none'; readonly why: string; readonly next: string };

/**
 * What a name means. A whole SHA is a commit and nothing else: a branch that is called so never stands in for it. Any other name is a branch before a tag, and
 * either before the first digits of a SHA, as git has it. Pure; only the SHA travels on.
 */
export function decide(name: string, { branch, tag, commit }: Candidates): Revision {
  if (name.startsWith('refs/heads/') || name.startsWith('refs/tags/')) return exactly(name, branch ?? tag);
  const named = [...(branch === null ? [] : ['branch']), ...(tag === null ? [] : ['tag'])];
  if (/^[0-9a-f]{40}$/.test(name)) return wholeSha(name, commit, named);
  if (branch !== null) return found(branch, `branch ${name}`, [tag === null ? '' : `a tag is called so as well, and the branch was taken; type refs/tags/${name} to mean the tag`, likeSha(name, 'branch')]);
  if (tag !== null) return found(tag, `tag ${name}`, [likeSha(name, 'tag')]);
  if (commit !== null) return found(commit, `commit ${name}`, []);
  return { kind: 'none', ...absent(name) };
}

/** One image tag per environment and commit. */
export function imageTagOf(environment: string, sha: string): string {
  return `${environment}-${sha}`;
}

function exactly(name: string, sha: string | null): Revision {
  const from = name.replace('refs/heads/', 'branch ').replace('refs/tags/', 'tag ');
  return sha === null ? { kind: 'none', why: `there is no ${from}`, next: 'Push it first, or correct the name.' } : found(sha, from, []);
}

function wholeSha(sha: string, commit: string | null, named: readonly string[]): Revision {
  const kind = named[0] ?? '';
  const folder = kind === 'tag' ? 'tags' : 'heads';
  if (commit !== null) return found(commit, `sha ${sha}`, [kind === '' ? '' : `a ${kind} is called so as well, and the commit was taken; type refs/${folder}/${sha} to mean the ${kind}`]);
  if (kind !== '') return { kind: 'none', why: `there is no commit ${sha}; only a ${kind} is called so`, next: `Type refs/${folder}/${sha} to mean the ${kind}.` };
  return { kind: 'none', why: `there is no commit ${sha}`, next: 'Push it first, or correct the SHA.' };
}

function found(sha: string, from: string, doubts: readonly string[]): Revision {
  return { kind: 'commit', sha, from, doubt: doubts.filter((doubt) => doubt !== '').join('; ') };
}

/** As short as git itself shortens a SHA, or longer: with fewer digits a word may be one by chance. */
function likeSha(name: string, kind: string): string {
  return /^[0-9a-f]{7,}$/.test(name) ? `it looks like a short SHA, and the ${kind} of that name was taken; type all 40 digits to mean a commit` : '';
}

function absent(name: string): { why: string; next: string } {
  const why = `there is no branch, tag or commit ${JSON.stringify(name)}`;
  if (/^[0-9a-f]{4,39}$/i.test(name)) return { why, next: `It looks like a short SHA, and no commit or more than one begins so: type all 40 digits, as \`git rev-parse ${name}\` prints them.` };
  const remote = /^(?:origin|upstream)\/(.+)$/.exec(name)?.[1];
  return { why, next: remote === undefined ? 'Type a branch, a tag or a SHA, and push it first.' : `Type it without the remote: ${remote}` };
}
