import { z } from 'zod';
import type { CommandAnswer } from './run.ts';

const said = z.object({ id: z.string().min(1), 'taken-at': z.iso.datetime({ offset: true }), bytes: z.int().min(0) });
const marker = z.object({ id: z.string().min(1), 'taken-at': z.string(), bytes: z.number(), 'run-id': z.number() });

/** A backup that was proven: what was said of it, and by which run it was taken. */
export interface Backup {
  readonly id: string;
  /** RFC 3339. */
  readonly takenAt: string;
  readonly bytes: number;
  readonly runId: number;
}

export type BackupProof = { readonly kind: 'proven'; readonly backup: Backup } | { readonly kind: 'unproven'; readonly why: string };

export interface BackupBounds {
  /** When the command was started, in milliseconds since the epoch: an older backup is another one. */
  readonly startedMs: number;
  readonly nowMs: number;
  readonly minimumBytes: number;
  readonly runId: number;
}

/** The clocks of two machines that keep time differ by less (NTP: some milliseconds), whole seconds are rounded. */
const CLOCK_SKEW_MS = 5_000;

/** Believes a backup only with an id, a time within the command's own, and a size over the floor. */
export function proveBackup(answer: CommandAnswer, { startedMs, nowMs, minimumBytes, runId }: BackupBounds): BackupProof {
  if (answer.kind === 'unreadable') return unproven(answer.why);
  if (answer.exitCode !== 0) return unproven(`it ended with ${answer.exitCode}`);
  const parsed = said.safeParse(answer.answer);
  if (!parsed.success) return unproven(`its JSON is not what docs/shop-contract.md says (${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? ''})`);
  const { id, 'taken-at': takenAt, bytes } = parsed.data;
  const at = Date.parse(takenAt);
  if (at < startedMs - CLOCK_SKEW_MS) return unproven(`backup ${id} is of ${takenAt}, older than this run`);
  if (at > nowMs + CLOCK_SKEW_MS) return unproven(`backup ${id} is of ${takenAt}, which is not yet`);
  if (bytes < minimumBytes) return unproven(`backup ${id} has ${bytes} bytes, fewer than the ${minimumBytes} of \`minimum-bytes\``);
  return { kind: 'proven', backup: { id, takenAt, bytes, runId } };
}

/** As it is handed to the steps that follow, so that a run takes one backup. */
export function backupMarker({ id, takenAt, bytes, runId }: Backup): string {
  return JSON.stringify({ id, 'taken-at': takenAt, bytes, 'run-id': runId });
}

export interface MarkerBounds {
  readonly runId: number;
  readonly nowMs: number;
  /** What was written to the shop since an older one would be lost with it. */
  readonly maximumAgeSeconds: number;
}

/** What an earlier step of this run handed on; null when it is none, another run's, or too old: failed jobs may be run again the next day. */
export function backupOfMarker(text: string, { runId, nowMs, maximumAgeSeconds }: MarkerBounds): Backup | null {
  const parsed = marker.safeParse(jsonOf(text));
  if (!parsed.success || parsed.data['run-id'] !== runId) return null;
  // A time that cannot be read is no age: NaN is not within any bound.
  if (!(nowMs - Date.parse(parsed.data['taken-at']) <= maximumAgeSeconds * 1000)) return null;
  const { id, 'taken-at': takenAt, bytes } = parsed.data;
  return { id, takenAt, bytes, runId };
}

function unproven(why: string): BackupProof {
  return { kind: 'unproven', why };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
