import { type Surface, SURFACES } from '../release/index.ts';
import type { Situation } from './types.ts';

/** The lane again, for what does not serve yet, with what it was started with and these inputs besides. */
export function again(situation: Situation, ...more: readonly string[]): string {
  const { workflow, missing, app, switches = SURFACES } = situation;
  return dispatchCommit(situation, workflow, [...without(missing.length === 0 ? situation.wanted : missing, app, switches), ...situation.options.filter((option) => !isIn(more, option)), ...more]);
}

/** A workflow for the commit of this deploy: by its SHA, else as it was asked for, else from the branch that this run was started from. */
export function dispatchCommit({ sha, asked, ref }: Situation, workflow: string, fields: readonly string[]): string {
  const commit = sha || asked;
  return commit === '' ? dispatch(workflow, fields, ref.replace(/^refs\/(?:heads|tags)\//u, '')) : dispatch(workflow, [`ref=${commit}`, ...fields]);
}

/** The lane again from the ref that was meant; another one than was typed. */
export function againFrom(situation: Situation, ref: string): string {
  return again({ ...situation, sha: ref });
}

/** The probes alone, of what this deploy was about: other surfaces may serve another commit for a good reason. */
export function verify({ environment, wanted, app }: Situation): string {
  return dispatch('verify.yml', [`environment=${environment}`, ...without(wanted, app)]);
}

/** What the lane has a switch for; one for an environment without Vendure has none for it. */
function without(surfaces: readonly Surface[], app: string, switches: readonly Surface[] = SURFACES): string[] {
  return switches.filter((surface) => !surfaces.includes(surface) && (surface !== 'vendure' || app !== '')).map((surface) => `${surface}=false`);
}

/** Another workflow of the suite, from the default branch. */
export function dispatch(workflow: string, fields: readonly string[], ref = ''): string {
  return ['gh workflow run', workflow, ...(ref === '' ? [] : [`--ref ${quoted(ref)}`]), ...fields.map((field) => `-f ${quoted(field)}`)].join(' ');
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function isIn(fields: readonly string[], option: string): boolean {
  const name = option.slice(0, option.indexOf('=') + 1);
  return fields.some((field) => field.startsWith(name));
}
