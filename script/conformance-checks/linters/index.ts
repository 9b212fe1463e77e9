import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installed } from '../../conformance-tools.ts';
import { type Check, fail, missing, pass, root } from '../check.ts';
import { excuse } from './excused.ts';
import { filesOf, type Finding, type Linter } from './linter.ts';
import { tools } from './tools.ts';

const BAD = 'packages/workflows/tests/bad/*';

/** What the linters say of our workflows, actions, scripts and of the examples'; and first, whether each still finds what it is there for. */
export const linters: readonly Check[] = tools.map((linter) => ({
  name: linter.name,
  run: async (say) => {
    const found = await installed(linter.tool, say);
    const helper = linter.helper === undefined ? { path: '' } : await installed(linter.helper, say);
    if ('missing' in found) return missing(found.missing);
    if ('missing' in helper) return missing(helper.missing);
    const asleep = await missedOf(linter, found.path, helper.path);
    const targets = await linter.targets();
    const { left, stale } = await excuse(linter.tool, await linter.findings(found.path, targets, helper.path));
    const faults = [...asleep, ...left.map(lineOf), ...stale.map((one) => `script/conformance-checks/linters/excused.json: no finding fits ${one}. Take the entry out.`)];
    return faults.length === 0 ? pass(`${targets.length} files`) : fail(faults.join('\n'));
  },
}));

/** The bad files of which it does not say exactly what their first line wants: a gate that has fallen asleep. */
async function missedOf(linter: Linter, program: string, helper: string): Promise<string[]> {
  const bad = await Promise.all((await filesOf(BAD)).map(async (path) => ({ path, red: /^# red: ([\w-]+) (.+)$/mu.exec(await readFile(join(root, path), 'utf8')) })));
  const wanted = bad.filter(({ red }) => red?.[1] === linter.tool);
  if (wanted.length === 0) return [`${BAD}: no file is there that ${linter.tool} must find bad.`];
  const missed: string[] = [];
  for (const { path, red } of wanted) {
    const found = await linter.findings(program, [path], helper);
    if (found.length !== 1 || found[0]?.text.includes(red?.[2] ?? '') !== true) missed.push(`${path}: it is to find "${red?.[2] ?? ''}" and nothing else. Found: ${found.map(lineOf).join('; ') || 'nothing'}`);
  }
  return missed;
}

function lineOf({ path, line, text }: Finding): string {
  return `${path}:${line}: ${text}`;
}
