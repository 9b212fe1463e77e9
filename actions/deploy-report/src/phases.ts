import { UserError } from '@vendure-deploy/shared/action';
import { z } from 'zod';
import { json } from './json.ts';

const needs = z.record(z.string(), z.object({ result: z.string(), outputs: z.record(z.string(), z.string()).default({}) }));
const note = z.object({ kind: z.string(), what: z.string() });
const machine = z.object({ id: z.string(), group: z.string(), after: z.unknown().optional() });
const document = z.object({ decision: z.string(), 'reason-code': z.string(), message: z.string().default(''), seconds: z.number().default(0), before: z.string().optional(), serving: z.record(z.string(), z.string().nullable()).default({}), 'serving-revisions': z.array(z.string()).default([]), notes: z.array(note).default([]), machines: z.array(machine).catch([]).default([]) }).loose();

/** One job of the lane: how GitHub says it ended, and its action's own `result` document where there is one. */
export interface Phase {
  readonly name: string;
  readonly result: string;
  readonly seconds: number;
  readonly message: string;
  readonly reasonCode: string;
  /** What the surface served before this phase's first write. */
  readonly before: string | null;
  /** What preflight read of each surface, before anything was written. */
  readonly serving: Readonly<Record<string, string | null>>;
  /** The commits that Machines at work ran when this phase last looked, in all process groups; empty: it read none. */
  readonly revisions: readonly string[];
  /** What the operator left out, what a comment suppressed, what healed by itself. */
  readonly notes: readonly Note[];
  /** Machines that were there when this phase ended. */
  readonly machines: readonly { readonly id: string; readonly group: string }[];
  /** The whole `result` document; null: its action gave none. */
  readonly document: unknown;
}

export interface Note {
  readonly kind: string;
  readonly what: string;
}

export function readPhases(text: string): Phase[] {
  const parsed = needs.safeParse(json(text));
  if (!parsed.success) throw new UserError('deploy-report: input `phases` is not what toJSON(needs) gives. Write:  phases: ${{ toJSON(needs) }}');
  return Object.entries(parsed.data).map(([name, need]) => {
    const said = document.safeParse(json(need.outputs['result'] ?? ''));
    return {
      name,
      result: need.result,
      seconds: said.success ? said.data.seconds : 0,
      message: said.success ? said.data.message : '',
      reasonCode: said.success ? said.data['reason-code'] : '',
      before: said.success && said.data.before !== undefined && said.data.before !== '' ? said.data.before : null,
      serving: said.success ? said.data.serving : {},
      revisions: said.success ? said.data['serving-revisions'] : [],
      notes: said.success ? said.data.notes : [],
      machines: said.success ? said.data.machines.filter(({ after }) => after !== null).map(({ id, group }) => ({ id, group })) : [],
      document: said.success ? said.data : null,
    };
  });
}
