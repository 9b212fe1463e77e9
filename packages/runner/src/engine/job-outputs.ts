import { textOf } from '../expressions/evaluate.ts';
import type { JobState } from './job-state.ts';
import { contextsOf, type Scope, statusOf } from './scope.ts';

// GitHub's estimate counts UTF-16 (F6).
const LONGEST = 1024 * 1024;

/** Evaluated whatever the result; empty ones are not set, and one that the masks touch is dropped with GitHub's warning (J4). */
export function jobOutputs(state: JobState, scope: Scope): { outputs: Record<string, string>; failed: boolean } {
  const outputs: Record<string, string> = {};
  const { job } = state.request;
  const warn = (message: string): void => state.log.annotate('Complete job', { level: 'warning', message });
  try {
    for (const [name, node] of Object.entries(job.outputs)) {
      const value = textOf(node, contextsOf(scope), statusOf(scope));
      if (value === '') continue;
      if (state.masker.touches(value)) warn(`Skip output '${name}' since it may contain secret.`);
      else outputs[name] = value;
    }
    const size = Object.entries(outputs).reduce((sum, [name, value]) => sum + 2 * (name.length + value.length), 0);
    if (size > LONGEST) throw new Error(`The outputs of this job have ${size} bytes. GitHub takes ${LONGEST}.`);
  } catch (error) {
    state.log.annotate('Complete job', { level: 'error', message: 'Fail to evaluate job outputs' });
    state.log.annotate('Complete job', { level: 'error', message: error instanceof Error ? error.message : String(error) });
    return { outputs: {}, failed: true };
  }
  return { outputs, failed: !environmentUrl(state, scope, warn) };
}

/** The same mask rule, and an error fails the job as well (JobExtension.cs). @returns whether it went well */
function environmentUrl(state: JobState, scope: Scope, warn: (message: string) => void): boolean {
  const { job, contexts } = state.request;
  if (job.environmentUrl === null) return true;
  try {
    const url = textOf(job.environmentUrl, contextsOf(scope), statusOf(scope));
    if (state.masker.touches(url)) warn(`Skip setting environment url as environment '${textOf(job.environmentName, contexts)}' may contain secret.`);
    else state.log.line('Complete job', `Evaluated environment url: ${url}`);
    return true;
  } catch (error) {
    state.log.annotate('Complete job', { level: 'error', message: `Failed to evaluate environment url: ${error instanceof Error ? error.message : String(error)}` });
    return false;
  }
}
