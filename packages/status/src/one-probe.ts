import { UserError } from '@vendure-deploy/shared/action';
import { shortSha, type Surface, SURFACES } from '@vendure-deploy/shared/release';
import { look, type ProbeRow, type Subject } from '@vendure-deploy/shared/verify';
import { clean } from './screen.ts';
import { readSubjects, type Reading } from './status.ts';

/** One probe alone, of one surface or of every one that has it. */
export interface Only {
  readonly surface: Surface | null;
  readonly probe: string;
}

/** `shadow`, or `storefront/shadow`. null: it is neither. */
export function onlyOf(text: string): Only | null {
  const [, surface, probe] = /^(?:([a-z]+)\/)?([a-z]+(?:-[a-z]+)*)$/u.exec(text) ?? [];
  if (probe === undefined) return null;
  const found = SURFACES.find((one) => one === surface) ?? null;
  return surface !== undefined && found === null ? null : { surface: found, probe };
}

/** Asks once. What writes a little (canary, worker) is asked for, too: it was named. @throws {UserError} when no surface has such a probe, or its configuration does not say what to ask */
export async function readProbe(reading: Reading, only: Only): Promise<readonly ProbeRow[]> {
  const subjects = await readSubjects(reading);
  const meant = subjects.flatMap((subject) => narrowed(subject, only) ?? []);
  if (meant.length === 0) throw new UserError(`option --only is "${nameOf(only)}". Allowed: ${allowed(subjects).join(', ')}.`);
  const seen = await Promise.all(meant.map((subject) => look(subject, reading.clock)));
  const rows = seen.flatMap(({ probes }) => rowsOf(probes, only.probe));
  const asked = rows.filter(({ outcome }) => outcome !== 'not-configured');
  if (asked.length === 0) throw new UserError(`nothing was asked: ${rows[0]?.why ?? ''}. Configure it (docs/shop-contract.md), or leave --only away.`);
  return asked;
}

/** One line a probe, for a person. */
export function tellProbe(environment: string, rows: readonly ProbeRow[]): string {
  const lines = rows.map(({ surface, name, ok, outcome, why, sha, seconds }) => `  ${`${surface}/${name}`.padEnd(24)}${(sha === '' ? 'not read' : shortSha(sha)).padEnd(10)}${ok ? `passed in ${seconds.toFixed(1)} s` : `${outcome}: ${why}`}`);
  return clean(`${environment}\n\n${lines.join('\n')}\n`);
}

/** The probe; and before it why it was not reached, which is what the surface serves. */
function rowsOf(probes: readonly ProbeRow[], name: string): ProbeRow[] {
  const reached = probes.every((row) => row.name !== name || row.outcome !== 'not-reached');
  return probes.filter((row) => row.name === name || (!reached && row.name === 'version'));
}

function narrowed(subject: Subject, { surface, probe }: Only): Subject | null {
  if (surface !== null && subject.surface !== surface) return null;
  const reads = [...subject.reads, ...subject.writes].filter(({ name }) => name === probe);
  return reads.length === 0 ? null : { ...subject, reads, writes: [] };
}

function allowed(subjects: readonly Subject[]): string[] {
  return subjects.flatMap(({ surface, reads, writes }) => [...reads, ...writes].map(({ name }) => `${surface}/${name}`));
}

function nameOf({ surface, probe }: Only): string {
  return surface === null ? probe : `${surface}/${probe}`;
}
