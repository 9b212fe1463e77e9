import type { CompositeRuns } from '../actions/read.ts';
import { holds, textMap, textOf } from '../expressions/evaluate.ts';
import { inputsOf } from './node-action.ts';
import { contextsOf, type Scope, statusOf } from './scope.ts';
import { runInnerStep } from './inner-step.ts';
import type { Usage } from './usage.ts';
import { identity } from './identity.ts';
import { merged, type Work, type Worked } from './work-request.ts';

/** A composite action: its own steps under its own scope. A failed step skips the later ones; outputs are mapped anyway (A5, A7). */
export async function runComposite(work: Work & { readonly usage: Usage }, runs: CompositeRuns): Promise<Worked> {
  const scope = compositeScope(work);
  // Its posts see its steps (SiblingScopeName).
  work.usage.scope = scope;
  for (const step of runs.steps) {
    const result = await runInnerStep(step, scope, work);
    scope.status = merged(scope.status, result.conclusion);
    if (result.broken) break;
  }
  for (const [name, node] of Object.entries(runs.outputs)) work.outputs[name] = textOf(node, contextsOf(scope), statusOf(scope));
  return scope.status;
}

/** What the steps of this use see. */
export function compositeScope(work: Work & { readonly usage: Usage }): Scope {
  const { scope, usage } = work;
  return {
    job: scope.job,
    steps: {},
    inputs: inputsOf(work),
    environment: { ...scope.environment, ...work.environment },
    github: { ...scope.github, ...identity(work, usage) },
    source: usage.action.source,
    depth: scope.depth + 1,
    log: work.log,
    usages: usage.children,
    status: 'success',
    stage: scope.stage,
    registerPost: (post) => {
      usage.innerPosts.push(post);
      // The first post below makes the composite's own, which runs all of them, last in first out (A7).
      if (!usage.posted) scope.registerPost({ step: work.step, name: work.name, condition: 'always()', perform: (again) => runInnerPosts({ ...again, usage }) });
      usage.posted = true;
    },
  };
}

async function runInnerPosts(work: Work & { readonly usage: Usage }): Promise<Worked> {
  const scope: Scope = { ...(work.usage.scope ?? compositeScope(work)), stage: 'post' };
  let result: Worked = 'success';
  for (const post of work.usage.innerPosts.toReversed()) {
    const environment = textMap(post.step.env, contextsOf(scope), statusOf(scope));
    if (!holds(post.condition, contextsOf(scope, environment), statusOf(scope))) continue;
    const ended = await post.perform({ ...work, step: post.step, scope, usage: null, environment, outputs: {} }).catch((error: unknown): Worked => {
      scope.job.log.annotate(work.log, { level: 'error', message: error instanceof Error ? error.message : String(error) });
      return 'failure';
    });
    result = merged(result, ended);
  }
  return result;
}
