import { shortSha } from '@vendure-deploy/shared/release';
import type { Status } from './status.ts';

/** One look, for a person. */
export function tell(status: Status): string {
  const { environment, at, surfaces, skew } = status;
  const rows = surfaces.map(({ surface, sha, ok, why }) => `  ${surface.padEnd(12)}${(sha === '' ? 'not read' : shortSha(sha)).padEnd(10)}${ok ? 'well' : `not well: ${why}`}`);
  const side = skew.rule === null ? 'no rule is configured' : skew.ok === true ? `${skew.rule}: they fit together` : `${skew.rule}: ${skew.why}`;
  return clean([`${environment}, ${at}`, '', `  ${'surface'.padEnd(12)}${'serves'.padEnd(10)}health`, ...rows, '', `  side by side  ${side}`, `  lock          ${lock(status)}`, `  last deploy   ${lastDeploy(status)}`, ''].join('\n'));
}

function lock({ lock: seen }: Status): string {
  if (seen.kind === 'unknown') return `unknown: ${seen.why}`;
  return seen.kind === 'free' ? 'free' : `held by ${seen.holder}; that run is ${seen.run}`;
}

function lastDeploy({ deploys, slaSeconds }: Status): string {
  if (deploys.kind === 'unknown') return `unknown: ${deploys.why}`;
  if (deploys.last === null) return 'none is recorded';
  const { sha, state, description, at, url, seconds } = deploys.last;
  const time = seconds === null ? `its time is not known, of ${slaSeconds} s` : `${seconds.toFixed(1)} s of ${slaSeconds} s (${seconds <= slaSeconds ? 'met' : 'breached'})`;
  return `${shortSha(sha)} ${state}, ${at}, ${time}${description === '' ? '' : `: ${description}`}${url === '' ? '' : `\n                ${url}`}`;
}

/** What hosts said stands in it: no control character of theirs reaches a terminal. */
export function clean(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '?');
}

/** The same for a program, on one line. */
export function document(status: Status): string {
  return JSON.stringify({ 'schema-version': 1, environment: status.environment, at: status.at, ok: status.ok, surfaces: status.surfaces, skew: status.skew, lock: status.lock, 'last-deploy': lastDeployDocument(status), 'sla-seconds': status.slaSeconds });
}

function lastDeployDocument({ deploys, slaSeconds }: Status): unknown {
  if (deploys.kind === 'unknown') return { kind: 'unknown', why: deploys.why };
  if (deploys.last === null) return { kind: 'none' };
  const { seconds } = deploys.last;
  return { kind: 'read', ...deploys.last, sla: seconds === null ? 'unknown' : seconds <= slaSeconds ? 'met' : 'breached' };
}
