import { UserError } from '@vendure-deploy/shared/action';
import { PHASES } from '@vendure-deploy/shared/release';
import { z } from 'zod';
import { json } from './json.ts';

const outputs = z.record(z.string(), z.string()).default({});
const need = z.object({ result: z.string(), outputs });
/** `conclusion` forgives a step that may fail; `outcome` says how it ended. */
const step = z.object({ outcome: z.string().default('skipped'), outputs }).transform((it) => ({ result: it.outcome, outputs: it.outputs }));
const given = z.union([z.record(z.string(), need).transform((jobs) => Object.entries(jobs)), z.record(z.string(), step).transform((steps) => Object.entries(steps).filter(tells))]);

/** A lane of one job has steps that are no phase; they tell something where they failed. */
function tells([name, { result }]: readonly [string, { readonly result: string }]): boolean {
  return PHASES.some((phase) => phase === name) || result === 'failure' || result === 'cancelled';
}

const note = z.object({ kind: z.string(), what: z.string() });
const machine = z.object({ id: z.string(), group: z.string(), after: z.unknown().optional() });
const document = z.object({ decision: z.string(), 'reason-code': z.string(), message: z.string().default(''), seconds: z.number().default(0), before: z.string().optional(), serving: z.record(z.string(), z.string().nullable()).default({}), 'serving-revisions': z.array(z.string()).default([]), notes: z.array(note).default([]), machines: z.array(machine).catch([]).default([]) }).loose();

/** One job of the lane, or one step where a job has all of it: how GitHub says it ended, and its action's own `result` document where there is one. */
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
  const parsed = given.safeParse(json(text));
  if (!parsed.success) throw new UserError('deploy-report: input `phases` is not what toJSON(needs) gives. Write:  phases: ${{ toJSON(needs) }}  or, where one job has all phases:  phases: ${{ toJSON(steps) }}');
  return parsed.data.map(([name, { result, outputs: made }]) => {
    const said = document.safeParse(json(made['result'] ?? ''));
    return {
      name,
      result,
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
