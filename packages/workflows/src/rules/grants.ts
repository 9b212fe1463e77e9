import { type Permissions, wantedBy, type WorkflowPlan } from '@vendure-deploy/runner';
import type { Finding } from '../finding.ts';

/** A job that calls a workflow grants what that asks for and no more. (Less is refused by GitHub, and by the plan.) */
export function grantFindings(plan: WorkflowPlan): Finding[] {
  return plan.jobs.flatMap((job): Finding[] => {
    if (job.kind !== 'call') return [];
    const wanted = wantedBy(job.callee);
    const beyond = Object.entries(job.permissions ?? {}).filter(([scope, level]) => level !== (wanted[scope] ?? 'none'));
    if (beyond.length === 0) return [];
    return [{ rule: 'grants-more', path: plan.file, line: job.line, message: `job \`${job.id}\` grants more than ${job.callee.file} asks for: ${linesOf(beyond)}. Asked for: ${linesOf(Object.entries(wanted))}.` }];
  });
}

function linesOf(entries: readonly (readonly [string, Permissions[string]])[]): string {
  return entries.length === 0 ? 'nothing' : entries.map(([scope, level]) => `${scope}: ${level}`).join(', ');
}
