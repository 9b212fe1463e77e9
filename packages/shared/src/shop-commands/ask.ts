import type { Clock, Log } from '../action/definition.ts';
import type { Secret } from '../secrets/index.ts';
import { type Backup, backupOfMarker, type BackupProof, proveBackup } from './backup.ts';
import { type Drift, driftOf, FAIL_ON_DRIFT } from './drift.ts';
import { runShopCommand } from './run.ts';

/** Where the shop's commands run, and with what. */
export interface ShopStage {
  /** Where the commit is checked out. */
  readonly workspace: string;
  readonly environment: Readonly<Record<string, Secret>>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

interface Command {
  readonly run: readonly string[];
  readonly 'timeout-seconds': number;
}

/** Asks the shop's audit how the live schema stands to the commit. It changes nothing. */
export async function auditDrift(stage: ShopStage, command: Command): Promise<Drift> {
  return driftOf(await runShopCommand({ ...stage, argv: [...command.run, FAIL_ON_DRIFT], timeoutSeconds: command['timeout-seconds'] }));
}

export interface BackupOrder {
  readonly command: Command & { readonly 'minimum-bytes': number; readonly 'maximum-age-seconds': number };
  /** What an earlier step of this run handed on; '' for nothing. */
  readonly marker: string;
  readonly runId: number;
  readonly clock: Clock;
}

/** `earlier`: of a step of this run before, so that none was taken. */
export type TakenBackup = { readonly kind: 'earlier'; readonly backup: Backup } | BackupProof;

/** At most one backup a run: one that an earlier step has proven stands as long as it is young enough, and the command is not asked again. */
export async function takeBackup(stage: ShopStage, { command, marker, runId, clock }: BackupOrder): Promise<TakenBackup> {
  const earlier = backupOfMarker(marker, { runId, nowMs: clock.now(), maximumAgeSeconds: command['maximum-age-seconds'] });
  if (earlier !== null) return { kind: 'earlier', backup: earlier };
  const startedMs = clock.now();
  const answer = await runShopCommand({ ...stage, argv: command.run, timeoutSeconds: command['timeout-seconds'] });
  return proveBackup(answer, { startedMs, nowMs: clock.now(), minimumBytes: command['minimum-bytes'], runId });
}
