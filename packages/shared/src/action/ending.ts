import { inspect } from 'node:util';
import * as core from '@actions/core';
import type { ActionResult, AnyActionDefinition, Decision } from './definition.ts';
import { UserError } from './errors.ts';
import { harmless, log } from './log.ts';
import type { ReasonCode } from './reason-codes.ts';

/** How an action ended: its own result, or the one made from what it threw. */
export interface Ending {
  result: ActionResult<Record<string, string>>;
  failed: boolean;
  /** Stack and causes, for debug. */
  details: string | null;
}

/** After a cancel, and after a fault of our own, nobody has read what was written: the decision is `unknown`, never a guess. */
export function ending(definition: AnyActionDefinition, what: { error?: unknown; cancelled: boolean }): Ending {
  const end = (decision: Decision, reasonCode: ReasonCode, message: string): Ending => ({
    failed: true,
    details: what.error instanceof Error && !(what.error instanceof UserError) ? (what.error.stack ?? null) : null,
    result: { decision, reasonCode, message, outputs: {}, result: {} },
  });
  // A cancel shows as whatever it interrupted: an unreachable host, a tool that failed.
  if (what.cancelled) return end('unknown', 'cancelled', `cancelled; nothing was read back after that${interruption(what.error)}.`);
  if (what.error instanceof UserError) return end('failed', what.error.reasonCode, what.error.message);
  return end('unknown', 'unexpected-error', `unexpected error in ${definition.name}: ${causes(what.error)}`);
}

function interruption(error: unknown): string {
  return error === undefined || (error instanceof Error && error.name === 'AbortError') ? '' : ` (it was at: ${causes(error)})`;
}

/** The sentence for people: an annotation on failure, a line otherwise. */
export function explain(definition: AnyActionDefinition, end: Ending): void {
  const sentence = end.result.message.startsWith(`${definition.name}: `) ? end.result.message : `${definition.name}: ${end.result.message}`;
  if (!end.failed) return log.info(sentence);
  log.error(sentence);
  if (end.details !== null && core.isDebug()) log.info(harmless(end.details));
}

function causes(error: unknown): string {
  const chain: string[] = [];
  for (let one: unknown = error; one !== undefined && chain.length < 8; one = one instanceof Error ? one.cause : undefined) {
    chain.push(one instanceof Error ? `${one.name}: ${one.message}` : inspect(one));
  }
  return chain.join(' ← ');
}
