import { RULES } from './rules.ts';

/** The rules for the documentation, as Markdown. */
export function rulesTable(): string {
  const rows = Object.entries(RULES).map(([rule, { kind, lock, rewrite, why, safeWay }]) => `| \`${rule}\` | ${kind} | ${lock === null ? '' : lock.replace(/Lock$/u, '')}${rewrite ? ', rewrite' : ''} | ${cell(why)} | ${cell(safeWay)} |`);
  return ['| rule | kind | lock | why | safe way |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

/** What stands between angle brackets is no HTML. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
