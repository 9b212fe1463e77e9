import { outcomeFile, type OutcomeFile, type RunOutcome } from '@vendure-deploy/runner';
import type { Truth } from '@vendure-deploy/twin';

/** What a rehearsal leaves behind as `outcome.json`: the runner's own, with what the twin knows. `seconds` are without installing and seeding. */
export interface Outcome extends Omit<OutcomeFile, 'truth' | 'stray-calls' | 'faults'> {
  /** The run's id at the rehearsed GitHub. */
  readonly 'run-id': number;
  readonly truth: { readonly before: Truth; readonly after: Truth };
  readonly 'stray-calls': readonly string[];
  readonly faults: readonly { rule: string; fired: number }[];
  /** Calls that changed Fly, Cloudflare, the registry or AWS. */
  readonly writes: number;
  /** Writes at GitHub: lock, deployments, artifacts. */
  readonly records: number;
}

interface Seen {
  readonly workflow: string;
  readonly id: number;
  readonly run: RunOutcome;
  readonly before: Truth;
  readonly after: Truth;
  readonly strayCalls: readonly string[];
  readonly faults: readonly { rule: string; fired: number }[];
  readonly writes: number;
  readonly records: number;
}

/** A rehearsal itself counts only if no call left the twin and every fault fired; that is apart from whether the workflow succeeded. */
export function composeOutcome(seen: Seen): Outcome {
  const unfired = seen.faults.filter((fault) => fault.fired === 0).map((fault) => fault.rule);
  const reasons = [
    ...(seen.strayCalls.length > 0 ? [`calls to hosts that the twin does not model: ${seen.strayCalls.join(', ')}`] : []),
    ...(unfired.length > 0 ? [`faults that never fired: ${unfired.join('; ')}`] : []),
  ];
  return {
    ...outcomeFile(seen.workflow, seen.run),
    'run-id': seen.id,
    truth: { before: seen.before, after: seen.after },
    'stray-calls': seen.strayCalls,
    faults: seen.faults,
    writes: seen.writes,
    records: seen.records,
    rehearsal: { ok: reasons.length === 0, why: reasons.join('; ') },
  };
}

/** 0 the workflow succeeded, 1 it failed or the rehearsal does not count. */
export function exitCodeOf(outcome: Outcome): 0 | 1 {
  return outcome.conclusion === 'success' && outcome.rehearsal.ok ? 0 : 1;
}
