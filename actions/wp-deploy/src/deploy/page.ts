import { type Decision, markdownCell, markdownCode } from '@vendure-deploy/shared/action';
import type { WordPressSurface } from '@vendure-deploy/shared/config';
import type { Look } from '../host/host.ts';
import type { Difference } from './difference.ts';

interface Page {
  readonly environment: string;
  readonly config: Pick<WordPressSurface, 'host' | 'plugin' | 'public-url'>;
  readonly decision: Decision;
  readonly message: string;
  readonly live: Look;
  readonly version: string;
  readonly previous: string;
  readonly difference: Difference | null;
}

/** Of each list; the counts have all. */
const MOST_NAMES = 50;

/** What is live now, what changed, and what to type: one screen. */
export function pageOf({ environment, config, decision, message, live, version, previous, difference }: Page): string {
  const rows = [
    ['live now', live.live === 'absent' ? 'nothing' : `${live.sha ?? 'no known commit'}${version === '' ? '' : `, version ${version}`}`],
    ['before', previous === '' ? 'no known commit' : previous],
    ['earlier copies', live.copies.length === 0 ? 'none' : live.copies.map(({ sha }) => sha?.slice(0, 7) ?? 'unknown').join(', ')],
    ['site', config['public-url']],
  ];
  return [
    `### WordPress plugin ${config.plugin}, ${environment} (${config.host}): ${decision}`,
    '', markdownCell(message), '',
    '| | |', '|---|---|', ...rows.map(([name = '', value = '']) => `| ${name} | ${markdownCell(value)} |`), '',
    ...(difference === null ? [] : listOf(difference)),
  ].join('\n');
}

function listOf({ added, changed, deleted }: Difference): string[] {
  const names = [...listed('added', added), ...listed('changed', changed), ...listed('deleted', deleted)];
  return [`${added.length} added, ${changed.length} changed, ${deleted.length} deleted.`, '', ...(names.length === 0 ? [] : ['<details><summary>Files</summary>', '', ...names, '', '</details>', ''])];
}

function listed(word: string, paths: readonly string[]): string[] {
  const shown = paths.slice(0, MOST_NAMES).map((path) => `- ${word} ${markdownCode(path)}`);
  return paths.length > MOST_NAMES ? [...shown, `- ${word}: ${paths.length - MOST_NAMES} more`] : shown;
}
