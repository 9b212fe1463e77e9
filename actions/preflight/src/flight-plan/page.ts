import { markdownCode } from '@vendure-deploy/shared/action';
import { shortSha } from '@vendure-deploy/shared/release';
import type { GroupChange } from './machines.ts';
import type { FlightPlan, Known, RoutesChange, SecretsChange } from './plan.ts';

// A page has room for these; GitHub shows the rest.
const MOST_COMMITS = 30;

/** As lines of a log and of a summary alike: what is foreign in it is code there. @param shown how a text of somebody else is shown */
export function linesOf(plan: FlightPlan, shown: (text: string) => string = (text) => text): string[] {
  return [
    `ships   ${shortSha(plan.sha)} to ${plan.environment}: ${Object.entries(plan.serving).map(([surface, sha]) => `${surface} (serves ${sha === null ? 'nobody knows what' : shortSha(sha)})`).join(', ')}`,
    ...commitLines(plan, shown),
    `schema  ${plan.migrations === null ? 'migrations were not looked at' : shown(plan.migrations.evidence)}`,
    ...vendureLines(plan, shown),
    ...plan.workers.map(({ worker, routes }) => `routes  ${worker}: ${saying(routes, (change) => shown(routeWords(change)), shown)}`),
    `time    ${saying(plan.forecast, ({ samples, phases, total }) => `${seconds(total.seconds)} s of ${plan.budgetSeconds} s by the last ${samples} deploys, at worst ${seconds(total.worst)} s (${phases.map(({ phase, seconds: usual }) => `${phase} ${seconds(usual)}`).join(', ')})`, shown)}`,
    ...(plan.bakeSeconds === 0 ? [] : [`bake    what serves is watched for ${plan.bakeSeconds} s at the end`]),
    `return  until ${plan.vendure === null ? 'the first Worker is deployed' : 'flyctl is started'} nothing is changed${plan.wayBack.command === '' ? '; nothing serves that one could go back to' : `. Back:  ${plan.wayBack.command}`}`,
    ...plan.wayBack.cannot.map((what) => `        which does not bring back ${what}`),
  ];
}

/** The plan as a part of the summary. */
export function pageOf(plan: FlightPlan, dryRun: boolean): string {
  const rows = linesOf(plan, markdownCode).map((line) => `| ${line.slice(0, COLUMN).trim()} | ${line.slice(COLUMN).trim()} |`);
  return [`### Flight plan${dryRun ? ' (dry run: nothing was changed)' : ''}`, '', '| | |', '|---|---|', ...rows, ''].join('\n');
}

const COLUMN = 8;

function commitLines({ commits }: FlightPlan, shown: (text: string) => string): string[] {
  if (commits.kind === 'unknown') return [`commits not known: ${shown(commits.why)}`];
  const { since, listed, total } = commits.value;
  const rows = listed.slice(-MOST_COMMITS).toReversed().map(({ sha, subject, author, pullRequest }) => `        ${shortSha(sha)} ${shown(`${subject}, ${author}`)}${pullRequest === null ? '' : ` (pull request ${pullRequest})`}`);
  return [`commits ${total} since ${shortSha(since)}`, ...rows, ...(total > rows.length ? [`        and ${total - rows.length} more`] : [])];
}

function vendureLines({ vendure }: FlightPlan, shown: (text: string) => string): string[] {
  if (vendure === null) return [];
  const command = vendure.releaseCommand ? ', after one Machine that runs the release command and goes' : '';
  return [
    `image   ${shown(vendure.image)}`,
    `fly     ${vendure.strategy}: ${saying(vendure.machines, (groups) => `${groups.map(groupWords).join('; ')}${command}`, shown)}`,
    `secrets ${vendure.secrets === null ? 'the configuration names none' : saying(vendure.secrets, (change) => shown(secretWords(change)), shown)}`,
  ];
}

function groupWords({ group, now, created, destroyed, updated, isNew }: GroupChange): string {
  if (isNew) return `${group} has no Machine: flyctl makes its first`;
  const does = [created > 0 ? `${created} created` : '', destroyed > 0 ? `${destroyed} destroyed` : '', updated > 0 ? `${updated} updated in place` : ''].filter((text) => text !== '');
  return `${group} ${now} (${does.join(', ')})`;
}

function secretWords({ added, compared, staged, unwanted }: SecretsChange): string {
  const parts = [
    added.length === 0 ? '' : `added: ${added.join(', ')}`,
    compared.length === 0 ? '' : `staged where the value differs: ${compared.join(', ')}`,
    staged.length === 0 ? '' : `staged already: ${staged.join(', ')}`,
    unwanted.length === 0 ? '' : `not wanted, stay: ${unwanted.join(', ')}`,
  ].filter((text) => text !== '');
  return parts.length === 0 ? 'none' : parts.join('; ');
}

function routeWords({ added, kept, removed }: RoutesChange): string {
  const parts = [added.length === 0 ? '' : `added: ${added.join(', ')}`, removed.length === 0 ? '' : `removed: ${removed.join(', ')}`, kept.length === 0 ? '' : `kept: ${kept.join(', ')}`].filter((text) => text !== '');
  return parts.length === 0 ? 'none' : parts.join('; ');
}

function saying<T>(known: Known<T>, words: (value: T) => string, shown: (text: string) => string): string {
  return known.kind === 'known' ? words(known.value) : `not known: ${shown(known.why)}`;
}

function seconds(value: number): string {
  return value.toFixed(0);
}
