import type { Decision, ReasonCode } from '@vendure-deploy/shared/action';
import type { CacheEntry, ProviderError, WorkflowRun } from '@vendure-deploy/shared/providers/github';
import type { Plan, refusalOf } from './plan.ts';

interface Evidence {
  /** Where the keys come from, in words. */
  readonly from: string;
  readonly plan: Plan;
  readonly refusal: ReturnType<typeof refusalOf>;
  readonly dryRun: boolean;
  readonly deleted: readonly CacheEntry[];
  /** Of what is meant, by the last listing. */
  readonly left: readonly CacheEntry[];
  /** Runs that are at work and may save again what they restored. */
  readonly saving: readonly WorkflowRun[];
  /** The command that deletes it. */
  readonly again: string;
}

/** Clean is what an empty listing says, not what the deletions answered. */
export function judge({ from, plan: { targets, next }, refusal, dryRun, deleted, left, saving, again }: Evidence): { readonly decision: Decision; readonly reasonCode: ReasonCode; readonly message: string } {
  const then = afterwards(next);
  const resaved = saving.length === 0 ? '' : ` ${saving.length === 1 ? 'A run is' : `${saving.length} runs are`} at work that may save it again: ${saving.map(({ url }) => url).join(', ')}.`;
  if (targets.length === 0) return { decision: 'skipped', reasonCode: 'cache-clean', message: `The cache has no entry of ${from}. Nothing was deleted.` };
  if (refusal !== null) return { decision: 'failed', reasonCode: refusal.reasonCode, message: `nx-cache-bust: ${refusal.why}. Nothing was deleted.` };
  if (dryRun) return { decision: 'done', reasonCode: 'cache-bust-planned', message: `By ${from}, ${entriesOf(targets)} would be deleted; nothing was.${then}${resaved} Delete:  ${again}` };
  if (left.length > 0) return { decision: 'partial', reasonCode: 'cache-remains', message: `Of ${from}, ${entriesOf(deleted)} deleted, and ${left.length} are there again or still.${resaved} Once no run is at work:  ${again}` };
  return { decision: 'done', reasonCode: 'cache-busted', message: `By ${from}, ${entriesOf(deleted)} deleted; the cache was listed again and has none of them.${then}${resaved}` };
}

/** What GitHub refused, and which right it takes. */
export function judgeProvider({ code, message }: ProviderError): string {
  if (code === 'forbidden' || code === 'unauthorized') return `nx-cache-bust: ${message}. The token needs  permissions: { actions: write }  (GitHub gives it to no run of a fork's pull request).`;
  if (code === 'not-found') return `nx-cache-bust: ${message}. Is the number right, and is it of this repository?`;
  return `nx-cache-bust: ${message}.`;
}

function afterwards(next: Plan['next']): string {
  const [first] = next;
  if (first === undefined) return '';
  if (first.after === null) return ` A job that asks for ${first.key} then finds nothing, and builds anew.`;
  return ` A job that asks for ${first.key} then restores ${first.after.key} (of ${first.after.ref}, ${first.after.createdAt}).`;
}

function entriesOf(entries: readonly CacheEntry[]): string {
  const bytes = entries.reduce((sum, one) => sum + one.bytes, 0);
  return `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} (${(bytes / 1024 / 1024).toFixed(1)} MiB)`;
}
