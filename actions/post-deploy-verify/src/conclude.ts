import type { ActionResult } from '@vendure-deploy/shared/action';
import type { Skew, Watched } from '@vendure-deploy/shared/verify';

interface Seen {
  readonly rows: readonly Watched[];
  readonly skew: Skew;
  /** Every surface of the environment was to be probed. */
  readonly isWhole: boolean;
  readonly runId: number;
}

type Ending = Pick<ActionResult<never>, 'decision' | 'reasonCode' | 'message'>;

/** Skew fails what looked at all surfaces; where some were left out, somebody wanted it so, and it is a warning. */
export function conclude({ rows, skew, isWhole, runId }: Seen): { ending: Ending; warnings: string[] } {
  const probes = rows.flatMap((row) => row.probes);
  const warnings = probes.filter(({ outcome }) => outcome === 'warning').map(({ surface, name, why }) => `${surface} ${name}: ${why}`);
  const isSkewed = skew.ok === false;
  if (isSkewed && !isWhole) warnings.push(`the surfaces do not fit together: ${skew.why}`);
  const failed = rows.filter((row) => !row.ok);
  const again = `What serves did not change by this. Probe again:  gh run rerun ${runId} --failed`;
  if (failed.length > 0) return { ending: { decision: 'failed', reasonCode: 'probe-failed', message: `${failed.map((row) => `${row.surface}: ${row.why}`).join('; ')}. ${again}` }, warnings };
  if (isSkewed && isWhole) return { ending: { decision: 'failed', reasonCode: 'skewed', message: `the surfaces do not fit together: ${skew.why}. ${again}` }, warnings };
  const left = probes.filter(({ outcome }) => outcome === 'not-configured').length;
  return { ending: { decision: 'done', reasonCode: 'all-probes-passed', message: `${rows.map((row) => row.surface).join(', ')}: every configured probe passed.${left === 0 ? '' : ` ${left} are not configured; the summary names them.`}` }, warnings };
}
