import { z } from 'zod';
import type { CommandAnswer } from './run.ts';

/** The option that makes an audit end with `DRIFT_FOUND`; appended to the configured command. */
export const FAIL_ON_DRIFT = '--fail-on-drift';
const NO_DRIFT = 0;
/** Not 1: that is how a program ends that broke. */
const DRIFT_FOUND = 2;

const said = z.object({
  drift: z.enum(['none', 'reconcilable', 'irreconcilable']),
  'pending-migrations': z.array(z.string()).default([]),
  differences: z.array(z.string()).default([]),
});

/** How the live schema stands to what the commit expects. */
export type Drift =
  | { readonly kind: 'none' }
  /** The commit's own migrations, once run, take it away. */
  | { readonly kind: 'reconcilable'; readonly pending: readonly string[] }
  | { readonly kind: 'irreconcilable'; readonly differences: readonly string[] }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Believes an audit only where exit code and JSON say the same. */
export function driftOf(answer: CommandAnswer): Drift {
  if (answer.kind === 'unreadable') return answer;
  const parsed = said.safeParse(answer.answer);
  if (!parsed.success) return unreadable(`its JSON is not what docs/shop-contract.md says (${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? ''})`);
  const { drift, 'pending-migrations': pending, differences } = parsed.data;
  const expected = drift === 'none' ? NO_DRIFT : DRIFT_FOUND;
  if (answer.exitCode !== expected) return unreadable(`it ended with ${answer.exitCode}, and its JSON says \`drift: ${drift}\`, which goes with ${expected}`);
  if (drift === 'none') return pending.length + differences.length === 0 ? { kind: 'none' } : unreadable('its JSON says `drift: none` and names drift all the same');
  if (drift === 'irreconcilable') return { kind: 'irreconcilable', differences };
  if (differences.length > 0) return { kind: 'irreconcilable', differences };
  return pending.length > 0 ? { kind: 'reconcilable', pending } : unreadable('its JSON says `drift: reconcilable` and names no pending migration');
}

function unreadable(why: string): Drift {
  return { kind: 'unreadable', why };
}

export interface DriftFinding {
  readonly status: 'ok' | 'warning' | 'failed';
  readonly evidence: string;
  /** What to do; empty when nothing is to be done. */
  readonly next: string;
}

/** Only drift that the commit's own migrations take away may pass, and only where that was allowed. */
export function judgeDrift(drift: Drift, pendingAllowed: boolean): DriftFinding {
  switch (drift.kind) {
    case 'none': return { status: 'ok', evidence: 'the schema is what the commit expects', next: '' };
    case 'reconcilable': {
      const evidence = `${drift.pending.length} migration${drift.pending.length === 1 ? ' is' : 's are'} pending: ${drift.pending.join(', ')}`;
      return pendingAllowed ? { status: 'warning', evidence: `${evidence}; allow-pending-migration is set`, next: '' } : { status: 'failed', evidence, next: 'Look at them, then run with allow_pending_migration=true.' };
    }
    case 'irreconcilable':
      return { status: 'failed', evidence: `the schema differs in what no migration of the commit mends: ${drift.differences.join('; ') || 'the audit does not say in what'}`, next: 'Write the missing migration, commit and push it, then deploy that commit.' };
    case 'unreadable': return { status: 'failed', evidence: `the drift audit gave no answer that can be believed: ${drift.why}`, next: 'Run the command of `commands.drift-audit` by hand and mend it.' };
  }
}
