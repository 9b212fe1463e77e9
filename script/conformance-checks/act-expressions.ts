import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluate } from '../../packages/runner/src/expressions/evaluate.ts';
import { installed } from '../conformance-tools.ts';
import { type Check, fail, missing, type Outcome } from './check.ts';
import { summed } from './expressions.ts';

const FILES = ['pkg/exprparser/functions_test.go', 'pkg/exprparser/interpreter_test.go'];
// Fewer would mean that the tables are not written as they were, and that little is compared.
const AT_LEAST = 150;

/** Where act and GitHub part, and the runner is with GitHub. */
const ACTS_OWN: ReadonlySet<string> = new Set([
  // A property of a list is null; only `.*` goes through its items.
  `contains(fromJSON('[{ "first": { "result": "success" }},{ "second": { "result": "success" }}]').first.result, 'success')`,
  // A number is rounded down to an index (idxHelper of @actions/expressions).
  `fromJSON('[0,1]')[1.1]`,
]);

/** What another runner of workflows holds to be right: the rows of its tables that need no context. */
export const actExpressions: Check = {
  name: "act's tables of expressions, through the runner's evaluator",
  run: async (say) => {
    const sources = await installed('act-sources', say);
    if ('missing' in sources) return missing(sources.missing);
    const texts = await Promise.all(FILES.map((file) => readFile(join(sources.path, file), 'utf8')));
    const rows = texts.flatMap(rowsOf);
    if (rows.length < AT_LEAST) return fail(`only ${rows.length} rows of ${FILES.join(' and ')} could be read`);
    return summed(rows.map(judge));
  },
};

interface Row {
  readonly input: string;
  readonly expected: unknown;
}

const TEXT = String.raw`"(?:[^"\\]|\\.)*"|${'`[^`]*`'}`;
const ROW = new RegExp(String.raw`^\s*\{(?<input>${TEXT}), (?<expected>${TEXT}|true|false|nil|-?[\d.]+(?:e-?\d+)?), (?:nil, )?(?:"[^"]*")(?:, "")?\},$`, 'gmu');
const CONTEXT = /\b(?:github|env|vars|job|jobs|steps|runner|secrets|strategy|matrix|needs|inputs|hashFiles|success|failure|cancelled|always)\b/iu;

function rowsOf(source: string): Row[] {
  return [...source.matchAll(ROW)].flatMap(({ groups }) => {
    const input = literal(groups?.['input'] ?? '') as string;
    // act's own reader lets the closing braces stand.
    return CONTEXT.test(input.replaceAll(/'[^']*'/gu, '')) ? [] : [{ input: input.replace(/\s*\}\}$/u, ''), expected: literal(groups?.['expected'] ?? '') }];
  });
}

/** A literal of Go that a row holds. */
function literal(text: string): unknown {
  if (text.startsWith('`')) return text.slice(1, -1);
  return text === 'nil' ? null : (JSON.parse(text) as unknown);
}

function judge({ input, expected }: Row): Outcome {
  if (ACTS_OWN.has(input)) return { passed: 0, failed: 0, skipped: 1, said: '' };
  let got: unknown;
  try {
    got = evaluate(input, {});
  } catch (error) {
    got = `error: ${error instanceof Error ? error.message : String(error)}`;
  }
  return Object.is(got, expected) ? { passed: 1, failed: 0, skipped: 0, said: '' } : fail(`${input}\n    act ${JSON.stringify(expected)}\n    got ${JSON.stringify(got)}`);
}
