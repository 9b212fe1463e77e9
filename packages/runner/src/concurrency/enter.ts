import { join } from 'node:path';
import { type Contexts, textOf, valueOf } from '../expressions/evaluate.ts';
import { slotFlag } from '../expressions/values.ts';
import type { ConcurrencyPlan } from '../plan/types.ts';
import type { Run } from '../engine/run.ts';
import { openGroup } from './group.ts';

/** Groups that are held around something, with who holds them. */
export type Held = ReadonlyMap<string, string>;

export interface Entering {
  readonly plan: ConcurrencyPlan | null;
  readonly contexts: Contexts;
  /** For the message of a deadlock. */
  readonly who: string;
  readonly held: Held;
  readonly waitsOn: AbortSignal;
  /** A later one asked for `cancel-in-progress`. */
  cancel(): void;
  waiting?(): void;
}

export type Place = { readonly kind: 'entered'; readonly held: Held; leave(): Promise<void> } | { readonly kind: 'cancelled'; readonly why: string };

// GitHub's limit for a group's name (Q1).
const LONGEST_NAME = 400;

/** Waits for a place in a concurrency group. Names ignore case, and are those of one repository. */
export async function enterGroup(run: Run, entering: Entering): Promise<Place> {
  const { plan, contexts, held, who } = entering;
  if (plan === null) return { kind: 'entered', held, leave: () => Promise.resolve() };
  const name = textOf(plan.group, contexts);
  if (name === '') throw new Error('The concurrency group must not be empty');
  if (name.length > LONGEST_NAME) throw new Error(`The concurrency group has ${name.length} characters. GitHub takes ${LONGEST_NAME}.`);
  const key = name.toLowerCase();
  const holder = held.get(key);
  if (holder !== undefined) return { kind: 'cancelled', why: `Canceling since a deadlock for concurrency group '${name}' was detected between '${holder}' and '${who}'` };
  const cancelInProgress = plan.cancelInProgress !== null && slotFlag(valueOf(plan.cancelInProgress, contexts));
  if (cancelInProgress && plan.queue === 'max') throw new Error('`queue: max` and `cancel-in-progress: true` cannot be used together');
  const group = openGroup(run.options.queue ?? join(run.options.work, '_queue'), `${run.options.repository}\n${key}`);
  const answer = await group.enter({ queue: plan.queue, cancelInProgress, signal: entering.waitsOn, cancel: () => entering.cancel(), waiting: () => entering.waiting?.() });
  if (answer.kind === 'entered') return { kind: 'entered', held: new Map([...held, [key, who]]), leave: answer.leave };
  return { kind: 'cancelled', why: answer.kind === 'superseded' ? `Canceling since a higher priority waiting request for '${name}' exists` : 'The operation was canceled.' };
}
