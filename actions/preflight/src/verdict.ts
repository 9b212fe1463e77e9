import type { ActionResult } from '@vendure-deploy/shared/action';
import type { Check } from './check.ts';

export interface PreflightOutputs extends Record<string, string> {
  sha: string;
  'image-tag': string;
}

/** Any failed check stops the deploy, before the first write. A refused commit travels nowhere. */
export function judge(found: { checks: readonly Check[]; sha: string; from: string; imageTag: string; serving: Readonly<Record<string, string | null>> }): ActionResult<PreflightOutputs> {
  const failed = found.checks.filter(({ status }) => status === 'failed');
  const result = { sha: found.sha, from: found.from, 'image-tag': found.imageTag, serving: found.serving, checks: found.checks };
  if (failed.length > 0) {
    const refused = failed.every(({ name }) => name.includes('default branch') || name.includes('does not go back') || name.includes('migration'));
    return {
      decision: 'failed', reasonCode: refused ? 'commit-not-allowed' : 'not-ready',
      message: `preflight: nothing was written. ${failed.map((one) => `${one.name}: ${one.evidence}. ${one.next}`.trim()).join(' ')}`,
      outputs: {}, result,
    };
  }
  const count = (status: Check['status']): number => found.checks.filter((one) => one.status === status).length;
  return {
    decision: 'done', reasonCode: 'ready',
    message: `${found.from} is ${found.sha}: ${count('ok')} checks passed, ${count('warning')} with a warning, ${count('skipped')} left out.`,
    outputs: { sha: found.sha, 'image-tag': found.imageTag }, result,
  };
}
