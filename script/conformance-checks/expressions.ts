import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Contexts, evaluate, type Json } from '../../packages/runner/src/expressions/evaluate.ts';
import { type Check, fail, type Outcome, skip } from './check.ts';

/**
 * GitHub's own fixtures, which it runs over its implementations in several languages. No package carries them: `@actions/expressions` holds its dist/
 * only, and their repository is no Go module. They are run from a checkout.
 */
export const officialExpressions: Check = {
  name: "GitHub's own expression fixtures, through the runner's evaluator",
  run: async () => {
    const folder = process.env['EXPRESSION_FIXTURES'] ?? '';
    if (folder === '') {
      return skip('no package of npm, PyPI or the Go proxy carries them. With a checkout of actions/languageservices:  EXPRESSION_FIXTURES=DIR/expressions/testdata script/conformance');
    }
    if (!existsSync(folder)) return fail(`EXPRESSION_FIXTURES is "${folder}": no such folder`);
    const results: Outcome[] = [];
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
      const groups = z.record(z.string(), z.array(fixture)).parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
      results.push(...Object.values(groups).flat().map((one) => judge(one, file)));
    }
    return results.length === 0 ? fail(`${folder} holds no fixture`) : summed(results);
  },
};

const json = z.json();
const fixture = z.object({
  expr: z.string(),
  contexts: z.record(z.string(), json).default({}),
  result: z.object({ kind: z.string(), value: json }).optional(),
  err: z.object({ kind: z.string(), value: z.string() }).optional(),
  options: z.object({ skip: z.array(z.string()) }).optional(),
});

type Fixture = z.infer<typeof fixture>;

function judge({ expr, contexts, result, err, options }: Fixture, file: string): Outcome {
  // GitHub's own TypeScript implementation, which the runner uses, leaves these out.
  if (options?.skip.includes('typescript') === true) return { passed: 0, failed: 0, skipped: 1, said: '' };
  // GitHub's contexts have lower-case names, and the runner's are looked up by them; some fixtures spell theirs otherwise.
  const got = tried(expr, Object.fromEntries(Object.entries(contexts).map(([name, value]) => [name.toLowerCase(), value])));
  const wanted = err === undefined ? `${result?.kind ?? '?'} ${JSON.stringify(result?.value)}` : `error: ${err.value}`;
  const right = err === undefined ? got === wanted : got.startsWith('error: ') && got.includes(err.value);
  return right ? { passed: 1, failed: 0, skipped: 0, said: '' } : fail(`${file}: ${expr}\n    wanted ${wanted}\n    got    ${got}`);
}

function tried(expr: string, contexts: Contexts): string {
  try {
    const value = evaluate(expr, contexts);
    return `${kindOf(value)} ${JSON.stringify(value)}`;
  } catch (error) {
    const { message, pos } = error as Error & { pos?: { column: number } };
    return `error: ${message}. Located ${pos === undefined ? '' : `at position ${pos.column + 1} `}within expression: ${expr}`;
  }
}

const KINDS: Readonly<Record<string, string>> = { boolean: 'Boolean', number: 'Number', string: 'String', object: 'Object' };

function kindOf(value: Json): string {
  if (value === null) return 'Null';
  return Array.isArray(value) ? 'Array' : (KINDS[typeof value] ?? '?');
}

export function summed(all: readonly Outcome[]): Outcome {
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
    said: all.flatMap(({ said }) => (said === '' ? [] : [said])).join('\n'),
  };
}
