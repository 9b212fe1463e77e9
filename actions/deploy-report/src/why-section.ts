import { markdownCell, markdownCode } from '@vendure-deploy/shared/action';
import type { Diagnosis } from '@vendure-deploy/shared/diagnosis';
import type { Phase } from './phases.ts';

const MOST_NOTES = 50;

/** What failed: the cause in both languages, what cures it and who has to. The first one's commands stand above already. */
export function whySection(causes: readonly Diagnosis[], phases: readonly Phase[]): string[] {
  if (causes.length === 0) return [];
  return ['### Why', '', ...causes.flatMap((cause, index) => (cause.kind === 'known' ? known(cause, index === causes.findIndex(({ kind }) => kind === 'known')) : unknown(cause))), ...said(phases)];
}

function known({ phase, check, id, cause, cure, heals, commands, docs }: Extract<Diagnosis, { kind: 'known' }>, isFirst: boolean): string[] {
  return [
    `**${placeOf(phase, check)}: ${id}**`,
    '',
    cause.en,
    '',
    cause.ja,
    '',
    `${cure === 'command' ? 'The command mends it, and is safe to run.' : 'A person has to decide or change something first.'}${heals === null ? '' : ` By itself, once at most: ${heals}.`} More: ${docs}`,
    '',
    ...(isFirst || commands.length === 0 ? [] : ['```sh', ...commands, '```', '']),
  ];
}

function unknown({ phase, check, reasonCode, lines }: Extract<Diagnosis, { kind: 'unknown' }>): string[] {
  const code = reasonCode === '' ? '' : ` (${reasonCode})`;
  return [`**${placeOf(phase, check)}: not known${code}**`, '', 'No entry of the catalogue of known failures fits. Its last lines:', '', ...lines.map((line) => `- ${markdownCode(line)}`), ''];
}

function said(phases: readonly Phase[]): string[] {
  const failed = phases.filter((phase) => phase.result !== 'success' && phase.message !== '');
  return failed.flatMap((phase) => [`**${phase.name}** (${phase.reasonCode}): ${markdownCode(phase.message)}`, '']);
}

/** What the operator left out, what a comment suppressed, what healed by itself: never silent, also where all is green. */
export function notesSection(phases: readonly Phase[]): string[] {
  const notes = phases.flatMap((phase) => phase.notes.map(({ kind, what }) => `| ${phase.name} | ${markdownCell(kind)} | ${markdownCell(what)} |`));
  if (notes.length === 0) return [];
  const more = notes.length > MOST_NOTES ? [`| | | and ${notes.length - MOST_NOTES} more, in the report's file |`] : [];
  return ['### Skipped, suppressed, healed', '', '| phase | kind | what |', '|---|---|---|', ...notes.slice(0, MOST_NOTES), ...more, ''];
}

function placeOf(phase: string, check: string): string {
  return check === '' ? phase : `${phase}, ${check}`;
}
