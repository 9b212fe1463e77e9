import type { Source } from '../files.ts';
import type { Finding } from '../finding.ts';
import { jobsOf, scalarIn } from './nodes.ts';
import type { Pins } from './pins.ts';

/** What is read of a step is what its action gives: a name that no action has is empty, silently. */
export function outputFindings(file: Source, actions: readonly Source[], pins: Pins): Finding[] {
  return jobsOf(file).flatMap(({ node, steps }): Finding[] => {
    const [start = 0, , end = 0] = node.range ?? [];
    const text = file.text.slice(start, end);
    return [...text.matchAll(/\bsteps\.([\w-]+)\.outputs\.([\w-]+)/gu)].flatMap(({ 1: id, 2: name = '', index }): Finding[] => {
      const step = steps.find((one) => one.get('id') === id);
      const uses = step === undefined ? null : scalarIn(step, 'uses');
      const given = uses === null ? null : outputsOf(String(uses.value), actions, pins);
      // A script writes what it likes.
      if (step?.has('run') === true || given?.includes(name) === true) return [];
      return [{ rule: 'unknown-step-output', path: file.path, line: file.text.slice(0, start + index).split('\n').length, message: `step \`${id ?? ''}\` of this job has no output \`${name}\`.` }];
    });
  });
}

function outputsOf(uses: string, actions: readonly Source[], pins: Pins): readonly string[] | null {
  const own = actions.find(({ path }) => `$/${path.replace('/action.yml', '')}` === uses);
  if (own !== undefined) return Object.keys((own.document.toJS() as { outputs?: object }).outputs ?? {});
  const [action = '', sha] = uses.split('@');
  return pins[action]?.find((one) => one.sha === sha)?.outputs ?? null;
}
