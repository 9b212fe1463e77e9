import { CONFIG, type Outcome } from './init.ts';
import type { State } from './place.ts';
import { flow, type Missing } from './propose/index.ts';

const STATES: Readonly<Record<State, string>> = { new: 'written', updated: 'written anew', unchanged: 'unchanged', kept: 'kept: it differs' };
const PLANNED: Readonly<Record<State, string>> = { new: 'would be written', updated: 'would be written anew', unchanged: 'unchanged', kept: 'would be kept: it differs' };

export type Next =
  /** Everything is committed: `lane` is rehearsed now. */
  | { readonly kind: 'rehearse'; readonly lane: string }
  | { readonly kind: 'type'; readonly commands: readonly string[] }
  | { readonly kind: 'nothing' };

/** Pure. What comes after the files. @param suite how the suite's own scripts are typed from where the person is */
export function nextOf({ root, missing, fault, lanes, uncommitted, branch }: Pick<Outcome, 'root' | 'missing' | 'fault' | 'lanes' | 'uncommitted' | 'branch'>, { rehearse, dryRun }: { rehearse: boolean; dryRun: boolean }, suite: string): Next {
  const lane = ['deploy-staging', 'deploy-production'].find((name) => lanes.includes(name));
  if (dryRun || missing.length > 0 || fault !== '' || lane === undefined) return { kind: 'nothing' };
  const command = `${suite}/script/rehearse ${lane} --repo ${quoted(root)}`;
  const git = `git -C ${quoted(root)}`;
  const commit = uncommitted.length > 0 ? [`${git} add . && ${git} commit -m 'Deploy by the suite'`] : [];
  const merge = branch === null ? [] : [`${git} switch main && ${git} merge ${quoted(branch)}`];
  if (commit.length + merge.length > 0) return { kind: 'type', commands: [...commit, ...merge, command] };
  return rehearse ? { kind: 'rehearse', lane } : { kind: 'type', commands: [command] };
}

/** Pure: what the person reads. @param command how script/init is typed from where they are */
export function tell(outcome: Outcome, next: Next, { dryRun, pin, command }: { dryRun: boolean; pin: string | null; command: string }): string {
  const { files, missing, fault } = outcome;
  const said = dryRun ? PLANNED : STATES;
  const shown = files.filter(({ state, path }) => (dryRun ? state !== 'unchanged' : state === 'kept' || (state === 'updated' && path === CONFIG)));
  const isPinned = pin !== null || !files.some(({ text }) => text.includes('.yml@v1\n'));
  return clean([
    ...foundLines(outcome), '',
    ...files.map(({ path, state }) => `  ${path.padEnd(WIDTH)}${said[state]}`), '',
    ...shown.map(({ diff }) => diff),
    ...(files.some(({ state }) => state === 'kept') ? [`What differs is yours, and is kept. To take the proposal instead:  ${command} --force`, ''] : []),
    ...notesOf(outcome),
    ...missingLines(missing, command),
    ...(fault === '' ? [] : [`${CONFIG} is not whole:`, fault, '']),
    ...(missing.length === 0 && fault === '' ? ['The configuration is whole.', ''] : []),
    ...(isPinned ? [] : [`The workflows call the suite at @v1. To pin them to a commit:  ${command} --pin <40 digits>`, '']),
    ...(next.kind === 'type' ? ['Next, since only what is committed on main is rehearsed:', ...next.commands.map((line) => `  ${line}`), ''] : []),
  ].join('\n'));
}

/** The same for a program. */
export function document({ root, found, files, missing, fault, offers, lanes, uncommitted, branch }: Outcome): string {
  return JSON.stringify({ 'schema-version': 1, root, found, files: files.map(({ path, state, diff }) => ({ path, state, diff })), missing, fault, offers, lanes, uncommitted, branch, complete: missing.length === 0 && fault === '' }, null, 2);
}

const WIDTH = 48;

function foundLines({ root, found: { repository, defaultBranch, servers, workers, packages } }: Outcome): string[] {
  return [
    `${root}${repository === null ? '' : `, ${repository} at GitHub`}${defaultBranch === null ? '' : `, default branch ${defaultBranch}`}`, '',
    ...servers.map(({ environment, file, app, processGroups }) => `  ${environment.padEnd(12)}vendure      ${app ?? '(no app)'} by ${file}, process groups ${processGroups.join(', ')}`),
    ...workers.map(({ surface, file, environments }) => `  ${''.padEnd(12)}${surface.padEnd(13)}${file}, environments ${Object.keys(environments).filter((name) => name !== '').join(', ') || 'none'}`),
    `  ${''.padEnd(12)}packages     ${packages.name}${packages.hasWorkspaces ? ', a workspace' : ''}${packages.hasNx ? ', Nx' : ''}`,
  ];
}

function missingLines(missing: readonly Missing[], command: string): string[] {
  if (missing.length === 0) return [];
  const settings = missing.map(({ key, example }) => `    --set ${quoted(`${key}=${flow(example)}`)}`);
  return [
    `Missing, since no file here says it (${missing.length}):`,
    ...missing.map(({ key, how }) => `  ${key}\n      ${how}`), '',
    `Type them into ${CONFIG}, where each stands as a remark, or give them here, with values of yours:`,
    `  ${command} \\`, settings.join(' \\\n'), '',
  ];
}

function notesOf({ found: { notes }, offers }: Outcome): string[] {
  const lines = [...notes, ...offers].map((note) => `note: ${note}`);
  return lines.length === 0 ? [] : [...lines, ''];
}

/** For a shell, and only where it needs it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What files of the shop say stands in it: no control character of theirs reaches a terminal. */
function clean(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '?');
}
