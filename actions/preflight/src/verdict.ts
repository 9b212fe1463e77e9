import type { ActionResult, ReasonCode } from '@vendure-deploy/shared/action';
import type { RunForecast } from '@vendure-deploy/shared/release';
import type { Backup } from '@vendure-deploy/shared/shop-commands';
import { backupMarker } from '@vendure-deploy/shared/shop-commands';
import type { Check } from './check.ts';
import type { FlightPlan } from './flight-plan/plan.ts';
import { headline } from './summary.ts';

export interface PreflightOutputs extends Record<string, string> {
  sha: string;
  'image-tag': string;
  'lock-repository': string;
  'started-at': string;
  forecast: string;
  'backup-marker': string;
}

export interface Found {
  readonly checks: readonly Check[];
  /** null: what was asked for names no commit. */
  readonly commit: { readonly sha: string; readonly from: string; readonly imageTag: string } | null;
  readonly serving: Readonly<Record<string, string | null>>;
  readonly backup: Backup | null;
  /** null: there is no commit to plan for. */
  readonly plan: FlightPlan | null;
  readonly dryRun: boolean;
  /** Of this attempt of the run, in milliseconds since the epoch. */
  readonly startedAt: number | null;
  readonly forecast: RunForecast | null;
  /** Another one than the run's own, by the configuration. */
  readonly lockRepository?: string;
}

/** Any failed check stops the deploy, before the first write. A refused commit travels nowhere. */
export function judge({ checks, commit, serving, backup, plan, dryRun, startedAt, forecast, lockRepository = '' }: Found): ActionResult<PreflightOutputs> {
  const failed = checks.filter(({ status }) => status === 'failed');
  const notes = checks.flatMap((check) => check.notes ?? []);
  const result = { sha: commit?.sha ?? null, from: commit?.from ?? null, 'image-tag': commit?.imageTag ?? null, serving, plan, 'dry-run': dryRun, checks: checks.map(told) };
  if (failed.length > 0 || commit === null) {
    return {
      decision: 'failed', reasonCode: reasonOf(failed),
      message: `preflight: nothing was written. ${failed.map((one) => `${one.name}: ${one.evidence}. ${one.next}`.trim()).join(' ')}`,
      outputs: {}, result, notes,
    };
  }
  return {
    decision: 'done', reasonCode: 'ready',
    message: `${commit.from} is ${commit.sha}. ${headline(checks)}${dryRun ? ' This was a dry run: nothing was changed.' : ''}`,
    outputs: { sha: commit.sha, 'image-tag': commit.imageTag, 'lock-repository': lockRepository, 'started-at': startedAt === null ? '' : new Date(startedAt).toISOString(), forecast: forecast === null ? '' : JSON.stringify(forecast), 'backup-marker': backup === null ? '' : backupMarker(backup) }, result, notes,
  };
}

/** Its notes stand with those of the others; why it failed says something only where it did. */
function told({ id, name, status, seconds, evidence, next, data, reasonCode }: Check): Record<string, unknown> {
  return { id, name, status, seconds, evidence, next, ...(data === undefined ? {} : { data }), ...(status === 'failed' ? { 'reason-code': reasonCode } : {}) };
}

/** What all that failed say together; different things are no single reason. */
function reasonOf(failed: readonly Check[]): ReasonCode {
  const [first, ...others] = new Set(failed.map(({ reasonCode }) => reasonCode));
  return first === undefined || others.length > 0 ? 'not-ready' : first;
}
