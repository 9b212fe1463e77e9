import { UserError } from '@vendure-deploy/shared/action';
import { type Held, type ProviderError, TOKEN_AREAS, type TokenArea, type TokenRights } from '@vendure-deploy/shared/providers/github';
import type { Finding } from '../check.ts';
import { expiryOf } from './expiry.ts';

/** One line of a job's `permissions`. */
export interface Permission {
  readonly area: TokenArea;
  readonly level: 'read' | 'write';
}

/** What preflight itself asks with it: later jobs have tokens of their own. */
const OWN: readonly Permission[] = [{ area: 'contents', level: 'read' }, { area: 'actions', level: 'read' }];

/** @throws {UserError} for a line that is no permission which a deploy could need */
export function readPermissions(lines: readonly string[]): readonly Permission[] {
  if (lines.length === 0) return OWN;
  return lines.map((line) => {
    const [, area = '', level] = /^([a-z-]+)\s*:\s*(read|write)$/.exec(line) ?? [];
    const known = TOKEN_AREAS.find((one) => one === area);
    if (known === undefined || (level !== 'read' && level !== 'write')) throw new UserError(`input \`github-permissions\` has the line ${JSON.stringify(line.slice(0, 100))}. Allowed: ${TOKEN_AREAS.map((one) => `${one}: read or write`).join(', ')}; one per line.`);
    return { area: known, level };
  });
}

/** Pure. What reading does not tell is said to be unknown, and stops nothing. */
export function judgeGithubToken(rights: TokenRights, wanted: readonly Permission[], now: number): Finding {
  const expiry = expiryOf(rights.endsAt, now);
  const held = (answer: Held): string => list(wanted.filter(({ area, level }) => rights.areas[area][level] === answer));
  const [has, lacks, unknown] = [held('yes'), held('no'), held('unknown')];
  const data = { rights: rights.areas, 'expires-at': expiry.at };
  if (lacks !== '') return { status: 'failed', evidence: `the token lacks ${lacks}`, next: `Add it to the \`permissions\` of the job (a calling workflow has to grant it as well):  permissions: { ${lacks} }`, data };
  const evidence = [has === '' ? 'the token is known' : `the token has ${has}`, unknown === '' ? '' : `; only a write would tell whether it has ${unknown}`, expiry.text].join('');
  return { status: expiry.soon ? 'warning' : 'ok', evidence, next: expiry.soon ? 'Renew it at https://github.com/settings/tokens.' : '', data };
}

/** Pure. */
export function judgeGithubRefusal(error: ProviderError): Finding {
  switch (error.code) {
    case 'unauthorized': return { status: 'failed', evidence: 'GitHub does not know the token: it is wrong, was revoked or has expired', next: 'In a job, give `${{ github.token }}`; on a laptop, `gh auth token` prints one.' };
    case 'forbidden':
    case 'not-found': return { status: 'failed', evidence: `the token does not reach the repository (${error.message})`, next: 'Give a token of this repository, with `contents: read`.' };
    default: return { status: 'failed', evidence: `whether the token is good is not known: ${error.message}`, next: 'Run it again; https://www.githubstatus.com says whether GitHub is unwell.' };
  }
}

function list(permissions: readonly Permission[]): string {
  return permissions.map(({ area, level }) => `${area}: ${level}`).join(', ');
}
