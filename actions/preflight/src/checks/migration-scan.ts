import type { Note } from '@vendure-deploy/shared/action';
import type { Finding as Found, FindingKind, MigrationScan } from '@vendure-deploy/migration-scan';
import { CANARY_IS_NO_CURE } from '@vendure-deploy/migration-scan/rules';
import type { Finding } from '../check.ts';
import type { PendingScan, Since } from '../migration-scan/pending.ts';

/** The worst first; what is only good to know is in the data. */
const TOLD: readonly FindingKind[] = ['breaks-old-code', 'unresolved', 'may-break', 'rewrite', 'locks'];
const STRICT: readonly FindingKind[] = ['breaks-old-code', 'unresolved'];
// A cell of a table is no place for more: the section below it has them all.
const SHOWN = 3;
// The rest stands in the section of this action's own summary.
const NOTED = 10;
const LONGEST_REASON = 160;

/** What the migrations of this deploy do to the release that still serves while they run. What could not be read is never taken for no migration. */
export function judgeScan(pending: PendingScan, strict: boolean): Finding {
  if (pending.kind === 'unknown') return { status: strict ? 'failed' : 'warning', evidence: `which migrations this deploy brings is not known: ${pending.why}`, next: strict ? WITHOUT_STRICT : '', data: { unknown: pending.why } };
  const { since, scan, changes } = pending;
  const findings = toldOf(scan.findings);
  const doubts = [
    ...scan.unread.map(({ file, why }) => `${file} could not be read: ${why}`),
    ...scan.notPostgres.map(({ file, why }) => `${file} is not for PostgreSQL: ${why}`),
    ...changes.map(({ path, why }) => `${path}: ${why}`),
    ...scan.suppressionFaults.map(({ file, line, why }) => `${file}:${line}: ${why}`),
  ];
  const taken = scan.suppressed.map(({ file, line, rule, reason }) => `${file}:${line} ${rule} was taken back: ${reason}`);
  const failed = strict && (scan.unread.length + scan.notPostgres.length > 0 || findings.some(({ kind }) => STRICT.includes(kind)));
  const isWell = findings.length === 0 && doubts.length === 0 && since.kind === 'serving';
  const first = findings.slice(0, SHOWN).map(({ kind, file, line, subject }) => `${file}:${line} ${kind} (${subject})`);
  const more = findings.length > SHOWN ? [`and ${findings.length - SHOWN} more`] : [];
  return {
    status: failed ? 'failed' : isWell ? 'ok' : 'warning',
    evidence: [`${counted(scan.migrations.length, 'migration')} ${sinceWords(since)}${findings.length === 0 ? ', and nothing in it that the running release would notice' : ''}`, ...first, ...more, ...doubts, ...taken].join('; '),
    next: `${findings.some(({ kind }) => kind === 'breaks-old-code') ? CANARY_IS_NO_CURE : ''} ${failed ? WITHOUT_STRICT : ''}`.trim(),
    notes: notesOf(scan.suppressed),
    data: { since, migrations: scan.migrations, findings: scan.findings, suppressed: scan.suppressed, doubts },
  };
}

/** Each finding that a comment of the shop takes back, with the reason that it gives. */
function notesOf(suppressed: MigrationScan['suppressed']): Note[] {
  const notes = suppressed.slice(0, NOTED).map(({ file, line, rule, reason }): Note => ({ kind: 'suppressed', what: `${file}:${line}: a comment takes back ${rule}: ${shortened(reason)}` }));
  return suppressed.length > NOTED ? [...notes, { kind: 'suppressed', what: `Comments take back ${suppressed.length - NOTED} more findings of the migration scan.` }] : notes;
}

function shortened(reason: string): string {
  const text = reason.replaceAll(/\s+/g, ' ');
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON - 1)}…` : text;
}

/** Those that somebody has to know of, the worst first. */
export function toldOf(findings: readonly Found[]): readonly Found[] {
  return findings.filter(({ kind }) => TOLD.includes(kind)).toSorted((one, other) => TOLD.indexOf(one.kind) - TOLD.indexOf(other.kind));
}

const WITHOUT_STRICT = 'To deploy all the same, run without migration_scan_strict.';

function sinceWords(since: Since): string {
  if (since.kind === 'serving') return `since ${since.sha.slice(0, 7)}, which serves`;
  return `of the last 24 hours${since.sha === null ? '' : ` (since ${since.sha.slice(0, 7)})`}, because ${since.why}`;
}

function counted(count: number, what: string): string {
  return `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`;
}
