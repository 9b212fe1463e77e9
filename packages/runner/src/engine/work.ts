import { isAbsolute, join } from 'node:path';
import { readLocalAction } from '../actions/read.ts';
import { builtinOf } from '../builtin/index.ts';
import { textMap } from '../expressions/evaluate.ts';
import { runComposite } from './composite.ts';
import { identity } from './identity.ts';
import { runNode } from './node-action.ts';
import { contextsOf, statusOf } from './scope.ts';
import { runScript } from './script.ts';
import { type Usage, usageOf } from './usage.ts';
import type { Done, Work } from './work-request.ts';

/** Does what a step says: a script, one of GitHub's own actions that are built in, or an action of somebody's repository. @throws what fails the step */
export async function performWork(work: Work): Promise<Done> {
  const { step, scope } = work;
  if (step.work.kind === 'run') return { result: await runScript(work, step.work), settled: false };
  if (step.work.kind !== 'uses') throw new Error(`\`${step.work.kind}\` stands in a job only`);
  const { uses } = step.work;
  const builtin = builtinOf(uses);
  if (builtin !== null) {
    const inputs = textMap(step.work.with, contextsOf(scope, work.environment, identity(work, null)), statusOf(scope));
    Object.assign(work.outputs, await builtin({ inputs, state: scope.job, signal: work.limit.signal, line: (text) => scope.job.log.line(work.log, text) }));
    return { result: 'success', settled: false };
  }
  const usage = work.usage ?? (await localUsage(work, uses));
  return runUsage({ ...work, usage });
}

async function runUsage(work: Work & { readonly usage: Usage }): Promise<Done> {
  const { action } = work.usage;
  if (action.runs.kind === 'composite') return { result: await runComposite(work, action.runs), settled: true };
  if (action.runs.kind === 'node') return { result: await runNode(work, action.runs), settled: false };
  throw new Error(`This runner does not run \`using: ${action.runs.using}\` (${action.name})`);
}

/** An action of the workspace is read when its step runs; its `pre` is skipped with a warning (A3). */
async function localUsage({ step, scope, log }: Work, uses: string): Promise<Usage> {
  const { job } = scope;
  const action = await readLocalAction(isAbsolute(uses) ? uses : join(job.workspace, uses));
  if (action.runs.kind === 'node' && action.runs.pre !== null) job.log.annotate(log, { level: 'warning', message: `\`pre\` execution is not supported for local action from '${uses}'` });
  return usageOf(step, action, job.request.run, scope.depth);
}
