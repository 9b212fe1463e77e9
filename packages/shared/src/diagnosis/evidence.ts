import { z } from 'zod';
import { LONGEST_LINE } from './meaningful.ts';
import type { Evidence } from './types.ts';

const check = z.object({ id: z.string(), status: z.string(), evidence: z.string().default(''), next: z.string().default(''), 'reason-code': z.string().default('') });
const probe = z.object({ surface: z.string(), name: z.string(), outcome: z.string(), why: z.string().default('') });
const document = z.object({ 'reason-code': z.string().default(''), message: z.string().default(''), checks: z.array(z.unknown()).default([]), probes: z.array(z.unknown()).default([]) });

/** What one job that did not succeed has left. */
export interface Failed {
  readonly phase: string;
  /** The `result` document of its action; anything else where none spoke. */
  readonly document: unknown;
  /** The end of the job's log; empty where it was not read. */
  readonly log: readonly string[];
}

/** Each check or probe that failed speaks for itself; else the action does, with its log; else the log alone. Pure. */
export function evidenceOf({ phase, document: given, log }: Failed): readonly Evidence[] {
  const read = document.safeParse(given);
  if (!read.success || read.data['reason-code'] === '') return [{ phase, reasonCode: '', check: '', lines: log }];
  const { 'reason-code': reasonCode, message, checks, probes } = read.data;
  const failing = [
    ...checks.flatMap((one) => check.safeParse(one).data ?? []).filter(({ status }) => status === 'failed').map((one) => ({ phase, reasonCode: one['reason-code'] || reasonCode, check: one.id, lines: linesOf(`${one.evidence}. ${one.next}`) })),
    ...probes.flatMap((one) => probe.safeParse(one).data ?? []).filter(({ outcome }) => outcome === 'failed').map((one) => ({ phase, reasonCode, check: one.name, lines: linesOf(`${one.surface}: ${one.why}`) })),
  ];
  return failing.length > 0 ? failing : [{ phase, reasonCode, check: '', lines: [...linesOf(message), ...log] }];
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.slice(0, LONGEST_LINE));
}
