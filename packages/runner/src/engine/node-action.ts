import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeRuns } from '../actions/read.ts';
import { textMap, textOf } from '../expressions/evaluate.ts';
import { runCommanded } from './commanded.ts';
import { contextsOf, statusOf } from './scope.ts';
import type { Usage } from './usage.ts';
import { identity } from './identity.ts';
import type { Work, Worked } from './work-request.ts';

type NodeWork = Work & { readonly usage: Usage };

/** The main of a JavaScript action; its post is registered before it starts, so that an interrupted main is still cleaned up (S9). */
export async function runNode(work: NodeWork, runs: NodeRuns): Promise<Worked> {
  registerPost(work, runs);
  return runEntry(work, runs.main);
}

export function registerPost(work: NodeWork, runs: NodeRuns): void {
  const { post } = runs;
  if (post === null || work.usage.posted) return;
  work.usage.posted = true;
  work.scope.registerPost({ step: work.step, name: work.name, condition: runs.postIf, perform: (again) => runEntry({ ...again, usage: work.usage }, post) });
}

/** One entry file: cwd is the workspace, the exit code alone decides (A2). */
export async function runEntry(work: NodeWork, entry: string): Promise<Worked> {
  const { scope, usage } = work;
  const { options } = scope.job.request.run;
  const inputs = inputsOf(work);
  const file = join(usage.action.directory, entry);
  if (!existsSync(file)) throw new Error(`File not found: '${file}'`);
  const { exitCode, failed } = await runCommanded({
    ...work,
    command: options.node,
    args: [file],
    cwd: scope.job.workspace,
    variables: {
      ...Object.fromEntries(Object.entries(usage.state).map(([name, value]) => [`STATE_${name}`, value])),
      // Blanks only: a hyphen stays (A1).
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value])),
    },
    github: identity(work, usage),
    services: options.actionEnvironment ?? {},
    saved: usage.state,
  });
  return exitCode === 0 && !failed ? 'success' : 'failure';
}

/** `with` over the action's defaults; names ignore case, `required` is not enforced, what is not declared passes with a warning (A1). */
export function inputsOf(work: NodeWork): Record<string, string> {
  const { step, scope, usage, log } = work;
  const contexts = contextsOf(scope, work.environment, identity(work, usage));
  const given = step.work.kind === 'uses' ? textMap(step.work.with, contexts, statusOf(scope)) : {};
  const { inputs } = usage.action;
  const known = (name: string): boolean => inputs.some((input) => input.name.toLowerCase() === name.toLowerCase());
  for (const input of inputs) {
    const passed = Object.keys(given).find((name) => name.toLowerCase() === input.name.toLowerCase());
    if (passed !== undefined && input.deprecation !== null) scope.job.log.annotate(log, { level: 'warning', message: `Input '${passed}' has been deprecated with message: ${input.deprecation}` });
  }
  const unexpected = Object.keys(given).filter((name) => !known(name));
  if (unexpected.length > 0) {
    const valid = inputs.map((input) => input.name).join("', '");
    scope.job.log.annotate(log, { level: 'warning', message: `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid}']` });
  }
  const defaults = inputs.filter((input) => !Object.keys(given).some((name) => name.toLowerCase() === input.name.toLowerCase()));
  return { ...given, ...Object.fromEntries(defaults.map((input) => [input.name, textOf(input.default, contexts, statusOf(scope))])) };
}
