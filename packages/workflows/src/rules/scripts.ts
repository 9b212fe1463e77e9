import type { Source } from '../files.ts';
import type { Finding } from '../finding.ts';
import { jobsOf, scalarIn } from './nodes.ts';
import { isMap } from 'yaml';

/** No expression stands in a script: what it becomes would be code. It goes by `env:`. */
export function scriptFindings(file: Source): Finding[] {
  return jobsOf(file).flatMap(({ steps }) =>
    steps.flatMap((step): Finding[] => {
      const inputs = step.get('with');
      const scripts = [scalarIn(step, 'run'), isMap(inputs) ? scalarIn(inputs, 'script') : null];
      return scripts.flatMap((script): Finding[] => {
        if (script === null || !String(script.value).includes('${{')) return [];
        return [{ rule: 'expression-in-script', path: file.path, line: file.lineAt(script), message: `an expression stands in a script: ${/\$\{\{.*?(?:\}\}|$)/u.exec(String(script.value))?.[0] ?? ''}. Give it to the step by \`env:\`, and quote the variable.` }];
      });
    }),
  );
}
