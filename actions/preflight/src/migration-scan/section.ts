import { markdownCell, markdownCode } from '@vendure-deploy/shared/action';
import { CANARY_IS_NO_CURE } from '@vendure-deploy/migration-scan/rules';
import { toldOf } from '../checks/migration-scan.ts';
import type { PendingScan } from './pending.ts';

// A summary has room for some thousand rows; more than these nobody reads at once.
const MOST = 100;

/** For the summary: each finding with its place, its SQL, why, the lock and the safe way. '' where there is nothing to tell. */
export function migrationSection(pending: PendingScan | null): string {
  if (pending === null || pending.kind === 'unknown') return '';
  const told = toldOf(pending.scan.findings);
  if (told.length === 0 && pending.scan.suppressed.length === 0) return '';
  const rows = told.slice(0, MOST).map(({ kind, rule, file, line, conditional, sql, why, lock, rewrite, safeWay }) =>
    `| ${kind}${conditional ? ' (conditional)' : ''} | ${markdownCell(`${file}:${line}`)} | ${markdownCode(sql)} | ${markdownCell(why)} | ${[lock ?? '', rewrite ? 'the table is written anew' : ''].filter((text) => text !== '').join(', ')} | ${markdownCell(safeWay)} | ${markdownCode(rule)} |`);
  const taken = pending.scan.suppressed.map(({ file, line, rule, subject, reason }) => `- taken back: ${markdownCode(`${file}:${line} ${rule} ${subject}`)}, because ${markdownCell(reason)}`);
  return [
    '#### What the migrations do to the release that serves', '',
    ...(rows.length === 0 ? [] : ['| finding | where | SQL | why | lock | the safe way | rule |', '|---|---|---|---|---|---|---|', ...rows, '']),
    ...(told.length > MOST ? [`and ${told.length - MOST} more`, ''] : []),
    ...(told.some(({ kind }) => kind === 'breaks-old-code') ? [CANARY_IS_NO_CURE, ''] : []),
    ...(taken.length === 0 ? [] : [...taken, '']),
  ].join('\n');
}
