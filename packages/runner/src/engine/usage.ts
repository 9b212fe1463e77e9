import { type Action, readAction } from '../actions/read.ts';
import { isBuiltin } from '../builtin/index.ts';
import { placeOf } from '../plan/reach.ts';
import type { Source, StepPlan } from '../plan/types.ts';
import type { Side } from './post.ts';
import type { Run } from './run.ts';
import type { Scope } from './scope.ts';

/** One use of an action by one step: its state and what its post needs outlive its main. */
export interface Usage {
  readonly step: StepPlan;
  readonly action: Action;
  /** GITHUB_STATE, for pre, main and post of this use only (F8). */
  readonly state: Record<string, string>;
  /** The uses below a composite, in order. */
  readonly children: Map<StepPlan, Usage>;
  /** Whether its post is registered already. */
  posted: boolean;
  /** Of a composite: the posts of inner steps, first registered first. */
  readonly innerPosts: Omit<Side, 'stage'>[];
  /** Of a composite: what its main's steps saw. */
  scope: Scope | null;
}

// Constants.CompositeActionsMaxDepth: a composite in a composite, nine deep (A7).
const DEEPEST = 9;

/** Loads `$/` and remote actions, with those that composites use: what is missing fails the job before any step (A3). Local ones load when their step runs. */
export async function loadUsages(steps: readonly StepPlan[], source: Source | null, run: Run, depth = 0): Promise<Map<StepPlan, Usage>> {
  const usages = new Map<StepPlan, Usage>();
  for (const step of steps) {
    if (step.work.kind !== 'uses' || isBuiltin(step.work.uses)) continue;
    if (step.work.uses.startsWith('$/') && source === null) throw new Error(`Unable to resolve self-reference '${step.work.uses}' in an action of the workspace`);
    const place = await placeOf(step.work.uses, source ?? { repository: '', directory: '', sha: '', ref: '' }, (repository, ref) => run.options.resolveRepository(repository, ref));
    if (place !== null) usages.set(step, await usageOf(step, await readAction(place), run, depth));
  }
  return usages;
}

export async function usageOf(step: StepPlan, action: Action, run: Run, depth: number): Promise<Usage> {
  const composite = action.runs.kind === 'composite' ? action.runs : null;
  if (action.runs.kind === 'unknown') throw new Error(`This runner does not run \`using: ${action.runs.using}\` (${action.name}). It runs composite and node24 actions.`);
  if (composite !== null && depth > DEEPEST) throw new Error(`Composite action depth exceeded max depth ${DEEPEST}`);
  const children = composite === null ? new Map<StepPlan, Usage>() : await loadUsages(composite.steps, action.source, run, depth + 1);
  return { step, action, state: {}, children, posted: false, innerPosts: [], scope: null };
}
