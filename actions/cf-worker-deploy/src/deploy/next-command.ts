import type { Plan } from './plan.ts';

/** The full lane with every other surface switched off. */
export function deployAlone(plan: Plan, how: { readonly redeploy: boolean } = { redeploy: false }): string {
  const off = plan.others.map((surface) => ` -f ${surface}=false`);
  return `gh workflow run ${plan.workflow} -f ref=${plan.sha}${off.join('')}${how.redeploy ? ' -f redeploy=true' : ''}`;
}

/** By the id that was read before the first write: `wrangler rollback` without one picks for itself. */
export function goBack(plan: Pick<Plan, 'worker'>, versionId: string): string {
  return `wrangler versions deploy ${versionId}@100% -y --name ${plan.worker}`;
}
