import { expect, test } from '@jest/globals';
import type { Finding, FindingKind, MigrationScan } from '@vendure-deploy/migration-scan';
import { CANARY_IS_NO_CURE } from '@vendure-deploy/migration-scan/rules';
import { judgeScan } from '../../src/checks/migration-scan.ts';
import type { PendingScan, Since } from '../../src/migration-scan/pending.ts';
import { migrationSection } from '../../src/migration-scan/section.ts';

const SERVING: Since = { kind: 'serving', sha: 'b'.repeat(40) };
const found = (kind: FindingKind, more: Partial<Finding> = {}): Finding => ({
  kind, rule: 'drop-column', file: 'migrations/1.ts', line: 7, conditional: false, subject: 'product.name', sql: 'ALTER TABLE "product" DROP COLUMN "name"', why: 'the release that serves reads it',
  lock: 'AccessExclusiveLock', rewrite: false, safeWay: 'Stop reading it first, drop it in a later release.', ...more,
});
const scan = (kinds: readonly FindingKind[], more: Partial<MigrationScan> = {}, since: Since = SERVING): PendingScan => ({
  kind: 'scanned', since, changes: [],
  scan: { migrations: [{ className: 'A1', timestamp: 1, file: 'migrations/1.ts', line: 1 }], findings: kinds.map((kind) => found(kind)), suppressed: [], suppressionFaults: [], notPostgres: [], unread: [], notMigrations: [], ...more },
});

test.each<[string, PendingScan, string, string]>([
  ['nothing', scan([]), 'ok', 'ok'],
  ['what is only good to know', scan(['information']), 'ok', 'ok'],
  ['what breaks the old code', scan(['breaks-old-code']), 'warning', 'failed'],
  ['what could not be told', scan(['unresolved']), 'warning', 'failed'],
  ['a file that could not be read', scan([], { unread: [{ file: 'migrations/2.ts', reason: 'binary', why: 'it is no text' }] }), 'warning', 'failed'],
  ['what may break it', scan(['may-break']), 'warning', 'warning'],
  ['a lock', scan(['locks']), 'warning', 'warning'],
  ['a rewrite', scan(['rewrite']), 'warning', 'warning'],
  ['a lock and what breaks', scan(['locks', 'breaks-old-code']), 'warning', 'failed'],
  ["another database's", scan([], { notPostgres: [{ file: 'migrations/2.ts', why: 'backticks' }] }), 'warning', 'failed'],
  ['nothing, but of a guess which migrations they are', scan([], {}, { kind: 'last-24-hours', sha: null, why: 'what Vendure serves could not be read' }), 'warning', 'warning'],
  ['nobody knows which migrations they are', { kind: 'unknown', why: 'the clone is too shallow' }, 'warning', 'failed'],
])('migration scan: %s', (_, pending, lenient, strict) => {
  expect(judgeScan(pending, false).status).toBe(lenient);
  expect(judgeScan(pending, true).status).toBe(strict);
});

test('the worst comes first, by its place; a canary is called no cure; what was taken back stands with its reason', () => {
  const pending = scan(['locks', 'breaks-old-code'], { suppressed: [{ ...found('rewrite', { line: 9 }), reason: 'the table is empty' }] });
  const { evidence, next } = judgeScan(pending, true);
  expect(evidence).toBe('1 migration since bbbbbbb, which serves; migrations/1.ts:7 breaks-old-code (product.name); migrations/1.ts:7 locks (product.name); migrations/1.ts:9 drop-column was taken back: the table is empty');
  expect(next).toBe(`${CANARY_IS_NO_CURE} To deploy all the same, run without migration_scan_strict.`);
});

test('what a comment takes back is noted with its reason, short and not without end', () => {
  const taken = (count: number, reason: string): MigrationScan['suppressed'] => Array.from({ length: count }, (_, line) => ({ ...found('rewrite', { line }), reason }));
  const notes = (suppressed: MigrationScan['suppressed']): unknown => judgeScan(scan([], { suppressed }), false).notes;
  expect(notes([])).toEqual([]);
  expect(notes(taken(1, 'the table is empty'))).toEqual([{ kind: 'suppressed', what: 'migrations/1.ts:0: a comment takes back drop-column: the table is empty' }]);
  expect(notes(taken(12, 'x'.repeat(1000)))).toMatchObject([...Array.from({ length: 10 }, () => ({ what: expect.stringMatching(/^.{1,220}…$/) })), { what: 'Comments take back 2 more findings of the migration scan.' }]);
});

test('the page has each finding with its SQL, why, the lock and the safe way, and lets no SQL become markup', () => {
  const page = migrationSection(scan([], { findings: [found('breaks-old-code', { sql: 'ALTER TABLE `x` | DROP <b>', conditional: true, rewrite: true })] }));
  expect(page).toContain("| breaks-old-code (conditional) | migrations/1.ts:7 | `ALTER TABLE 'x' / DROP <b>` | the release that serves reads it | AccessExclusiveLock, the table is written anew | Stop reading it first");
  expect(page).toContain(CANARY_IS_NO_CURE);
  expect([migrationSection(scan([])), migrationSection(null)]).toEqual(['', '']);
});
