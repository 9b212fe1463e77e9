import { inputsOf } from '../builtin/index.ts';
import type { Node } from '../parser/tree.ts';
import { conditionOf, fields, type Fields, Refused } from './fields.ts';
import type { StepPlan, StepWork } from './types.ts';

const COMMON = ['id', 'name', 'if', 'env', 'continue-on-error'];
const RUN = [...COMMON, 'timeout-minutes', 'background', 'run', 'shell', 'working-directory'];
const USES = [...COMMON, 'timeout-minutes', 'background', 'uses', 'with'];
// wait, wait-all and cancel take no `if`: they always run (B1).
const CONTROL = ['id', 'name', 'continue-on-error', 'wait', 'wait-all', 'cancel', 'parallel'];
// Composite actions have no timeout and no background (A5).
const INSIDE_RUN = [...COMMON, 'run', 'shell', 'working-directory'];
const INSIDE_USES = [...COMMON, 'uses', 'with'];
// GitHub takes no longer script (H5).
const LONGEST_SCRIPT = 21_000;

/** The steps of a job, with the ids that GitHub gives to those that have none (S10). */
export function stepsOf(node: Node | null, file: string): StepPlan[] {
  return listOf(node, file, { inComposite: false, ids: knownIds(node, file) });
}

/** The steps of a composite action. */
export function compositeStepsOf(node: Node | null, file: string): StepPlan[] {
  return listOf(node, file, { inComposite: true, ids: knownIds(node, file) });
}

interface Reading {
  readonly inComposite: boolean;
  readonly ids: Set<string>;
}

function listOf(node: Node | null, file: string, reading: Reading): StepPlan[] {
  return node?.kind === 'list' ? node.items.flatMap((item) => stepOf(item, file, reading)) : [];
}

function stepOf(node: Node, file: string, reading: Reading): StepPlan[] {
  const keys = node.kind === 'map' ? node.entries.map((entry) => entry.key) : [];
  const control = keys.find((key) => ['wait', 'wait-all', 'cancel', 'parallel'].includes(key));
  const known = control !== undefined ? CONTROL : reading.inComposite ? (keys.includes('run') ? INSIDE_RUN : INSIDE_USES) : keys.includes('run') ? RUN : USES;
  const step = fields(node, file, reading.inComposite ? 'a step of a composite action' : 'a step', known);
  if (control === 'parallel') return parallel(step, file, reading);
  return [planOf(step, control === undefined ? workOf(step, file, reading) : controlOf(step, control), file, reading)];
}

/** `parallel` is background steps and a wait for all of them (B1). */
function parallel(step: Fields, file: string, reading: Reading): StepPlan[] {
  const inner = listOf(step.get('parallel'), file, reading).map((one): StepPlan => ({ ...one, background: true }));
  return [...inner, planOf(step, { kind: 'wait', ids: inner.map((one) => one.id) }, file, reading, '__parallel')];
}

function controlOf(step: Fields, control: string): StepWork {
  const target = step.get(control);
  if (control === 'cancel') return { kind: 'cancel', id: step.text('cancel') ?? '' };
  if (control === 'wait-all') return { kind: 'wait', ids: 'all' };
  const items = target?.kind === 'list' ? target.items : target === null ? [] : [target];
  return { kind: 'wait', ids: items.map((item) => (item.kind === 'scalar' ? String(item.value) : '')) };
}

function planOf(step: Fields, work: StepWork, file: string, reading: Reading, base = baseOf(work)): StepPlan {
  const id = step.text('id');
  if (id !== null && reading.inComposite && id.startsWith('__')) throw new Refused(`The identifier '${id}' is invalid. IDs starting with '__' are reserved.`, file, step.line);
  const always = work.kind === 'wait' || work.kind === 'cancel';
  return {
    id: id ?? numbered(base, reading.ids),
    hasId: id !== null,
    line: step.line,
    name: step.get('name'),
    condition: always ? 'always()' : conditionOf(step.get('if')),
    env: step.get('env'),
    continueOnError: step.get('continue-on-error'),
    timeoutMinutes: step.get('timeout-minutes'),
    background: step.flag('background'),
    work,
  };
}

function workOf(step: Fields, file: string, { inComposite }: Reading): StepWork {
  const script = step.get('run');
  const uses = step.text('uses');
  if (script !== null) {
    const length = script.kind === 'scalar' ? String(script.value ?? '').length : script.kind === 'expression' ? script.expression.length : 0;
    if (length > LONGEST_SCRIPT) throw new Refused(`\`run\` has ${length} characters. GitHub takes ${LONGEST_SCRIPT}.`, file, script.line);
    if (inComposite && step.get('shell') === null) throw new Refused('Required property is missing: shell', file, step.line);
    return { kind: 'run', script, shell: step.get('shell'), workingDirectory: step.get('working-directory') };
  }
  if (uses === null) throw new Refused('A step needs `run` or `uses`', file, step.line);
  const line = step.get('uses')?.line ?? step.line;
  if (uses.startsWith('docker://')) throw new Refused(`This runner does not run container actions (\`uses: ${uses}\`)`, file, line);
  if (uses === '$/' || /^\$\/.*@/u.test(uses)) throw new Refused(`\`uses: ${uses}\`: a path of the same repository is needed after \`$/\`, and no ref`, file, line);
  if (!/^(?:\$|\.)\//u.test(uses) && !/^[^/@]+\/[^/@]+(?:\/[^@]*)?@.+$/u.test(uses)) throw new Refused(`Expected format {org}/{repo}[/path]@ref. Actual '${uses}'`, file, line);
  refuseInputs(uses, step, file);
  return { kind: 'uses', uses, with: step.get('with') };
}

/** An input that a built-in does not act on: not run here, and must not look as if it were. */
function refuseInputs(uses: string, step: Fields, file: string): void {
  const known = inputsOf(uses);
  if (known === null) return;
  for (const entry of step.entries('with')) {
    if (!known.includes(entry.key)) throw new Refused(`This runner's ${uses.split('@')[0] ?? ''} does not act on the input \`${entry.key}\`. It acts on: ${known.join(', ')}.`, file, entry.line);
  }
}

function baseOf(work: StepWork): string {
  if (work.kind === 'run') return '__run';
  if (work.kind === 'wait') return work.ids === 'all' ? '__wait-all' : '__wait';
  if (work.kind === 'cancel') return '__cancel';
  // The npm parser's `__self` for `$/` as well; the runner's own name for it is not seen by a workflow.
  if (work.uses.startsWith('$/') || work.uses.startsWith('./')) return '__self';
  return `__${(work.uses.split('@')[0] ?? '').split('/').slice(0, 2).join('_')}`;
}

/** Also below `parallel`. @throws {Refused} two that differ only in case are one (IdBuilder.cs); the npm parser tells them apart */
function knownIds(node: Node | null, file: string, ids = new Set<string>()): Set<string> {
  for (const item of node?.kind === 'list' ? node.items : []) {
    for (const { key, value } of item.kind === 'map' ? item.entries : []) {
      if (key === 'parallel') knownIds(value, file, ids);
      if (key !== 'id' || value.kind !== 'scalar') continue;
      const id = String(value.value);
      if ([...ids].some((known) => known.toLowerCase() === id.toLowerCase())) throw new Refused(`The identifier '${id}' may not be used more than once within the same scope.`, file, value.line);
      ids.add(id);
    }
  }
  return ids;
}

function numbered(base: string, ids: Set<string>): string {
  const legal = base.replaceAll(/[^\w-]/gu, '_');
  let id = legal;
  for (let count = 2; ids.has(id); count += 1) id = `${legal}_${count}`;
  ids.add(id);
  return id;
}
