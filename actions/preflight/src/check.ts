import type { Clock, Note, ReasonCode } from '@vendure-deploy/shared/action';

export type Status = 'ok' | 'warning' | 'failed' | 'skipped';

/** One question before the deploy, and what was found. */
export interface Check {
  /** Stable, for programs. */
  readonly id: string;
  readonly name: string;
  readonly status: Status;
  readonly seconds: number;
  /** What was read, and of whom. */
  readonly evidence: string;
  /** What to type; empty when nothing is to be done. */
  readonly next: string;
  /** The same as data, where a later page of the deploy wants it. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** What of it the report names. */
  readonly notes?: readonly Note[];
  /** What a failure of this one alone means. */
  readonly reasonCode: ReasonCode;
}

/** A reason code of its own: what was found means something else than a failure of the check usually does. */
export type Finding = Pick<Check, 'status' | 'evidence' | 'next' | 'data' | 'notes'> & Partial<Pick<Check, 'reasonCode'>>;

/** Somebody left it out by a switch, or this deploy has nothing to ask about. */
export type LeftOut = { readonly by: 'switch'; readonly input: string } | { readonly by: 'plan'; readonly why: string };

/** A check that is to be made, or left out by name. */
export interface Planned extends Pick<Check, 'id' | 'name' | 'reasonCode'> {
  /** Why nobody is asked; null: it is made. */
  readonly leftOut: LeftOut | null;
  /** Ids of earlier checks of the plan that have to be over first; when one of them failed, there is nothing to ask. */
  readonly after?: readonly string[];
  ask(): Promise<Finding>;
}

/** All that depend on nothing at the same time. A check that breaks is a failed one with its cause: the others are made all the same. */
export async function makeChecks(plan: readonly Planned[], clock: Clock): Promise<readonly Check[]> {
  const made = new Map<string, Promise<Made>>();
  for (const planned of plan) {
    const before = (planned.after ?? []).map((id) => made.get(id) ?? Promise.reject(new Error(`no check ${id} stands before ${planned.id}`)));
    made.set(planned.id, makeOne(planned, before, clock));
  }
  return (await Promise.all(made.values())).map(({ check }) => check);
}

/** What a switch left out is somebody's choice, and the report says so; what the plan leaves out is nobody's. */
function skipped({ id, name, reasonCode }: Planned, leftOut: LeftOut): Check {
  const check = { id, name, reasonCode, status: 'skipped', seconds: 0, next: '' } as const;
  if (leftOut.by === 'plan') return { ...check, evidence: leftOut.why };
  return { ...check, evidence: `${leftOut.input} was set`, notes: [{ kind: 'skipped', what: `The check "${name}" was left out by ${leftOut.input}.` }] };
}

interface Made {
  readonly check: Check;
  /** Whether what comes after it may be asked: not when it failed, nor when it could not be asked itself. One that was left out by name is no obstacle. */
  readonly clears: boolean;
}

async function makeOne(planned: Planned, before: readonly Promise<Made>[], clock: Clock): Promise<Made> {
  const { id, name, reasonCode, leftOut, ask } = planned;
  const obstacle = (await Promise.all(before)).find(({ clears }) => !clears)?.check;
  if (leftOut !== null) return { check: skipped(planned, leftOut), clears: true };
  if (obstacle !== undefined) return { check: skipped(planned, { by: 'plan', why: `not asked: "${obstacle.name}" ${obstacle.status === 'failed' ? 'failed' : 'was not asked either'}` }), clears: false };
  const started = clock.now();
  const finding = await ask().catch(broken);
  return { check: { id, name, reasonCode, seconds: Math.round(clock.now() - started) / 1000, ...finding }, clears: finding.status !== 'failed' };
}

function broken(error: unknown): Finding {
  return { status: 'failed', evidence: error instanceof Error ? error.message : String(error), next: 'Run it again; if it fails again, the provider is unwell or the token is wrong.' };
}
