import { holds, textMap } from '../expressions/evaluate.ts';
import { compositeScope } from './composite.ts';
import { registerPost, runEntry } from './node-action.ts';
import { runSide } from './post.ts';
import { contextsOf, type Scope, statusOf } from './scope.ts';
import { nameOf } from './step-name.ts';
import type { Usage } from './usage.ts';
import { merged, type Work, type Worked } from './work-request.ts';

/** Steps of their own after the set-up, in the order of the steps that they belong to (S8). A composite's is one step for all inner ones. */
export async function runPres(scope: Scope): Promise<void> {
  for (const [step, usage] of scope.usages) {
    if (!hasPre(usage)) continue;
    const runs = usage.action.runs;
    const condition = runs.kind === 'node' ? runs.preIf : 'always()';
    await runSide({ stage: 'pre', step, name: nameOf(step, scope, {}), condition, perform: (work) => runPre({ ...work, usage }) }, scope, usage);
  }
}

function hasPre({ action, children }: Usage): boolean {
  return action.runs.kind === 'node' ? action.runs.pre !== null : [...children.values()].some(hasPre);
}

async function runPre(work: Work & { readonly usage: Usage }): Promise<Worked> {
  const { runs } = work.usage.action;
  if (runs.kind === 'node') {
    registerPost(work, runs);
    return runs.pre === null ? 'success' : runEntry(work, runs.pre);
  }
  const scope = { ...compositeScope(work), stage: 'pre' as const };
  let result: Worked = 'success';
  for (const [step, usage] of work.usage.children) {
    if (!hasPre(usage)) continue;
    const environment = textMap(step.env, contextsOf(scope), statusOf(scope));
    const condition = usage.action.runs.kind === 'node' ? usage.action.runs.preIf : 'always()';
    if (!holds(condition, contextsOf(scope, environment), statusOf(scope))) continue;
    result = merged(result, await runPre({ ...work, step, scope, usage, environment, outputs: {} }));
  }
  return result;
}
