import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseActionFile } from '../parser/github.ts';
import { type Node, treeOf } from '../parser/tree.ts';
import { fields, type Fields } from '../plan/fields.ts';
import type { Place } from '../plan/reach.ts';
import { compositeStepsOf } from '../plan/steps.ts';
import type { StepPlan } from '../plan/types.ts';
import type { Source } from '../plan/types.ts';

export interface Action {
  readonly directory: string;
  /** What `$/` means inside, and github.action_repository and action_ref; null for an action of the workspace. */
  readonly source: Source | null;
  readonly name: string;
  readonly inputs: readonly ActionInput[];
  readonly runs: NodeRuns | CompositeRuns | { readonly kind: 'unknown'; readonly using: string };
}

export interface ActionInput {
  readonly name: string;
  readonly default: Node | null;
  readonly deprecation: string | null;
}

export interface NodeRuns {
  readonly kind: 'node';
  readonly main: string;
  readonly pre: string | null;
  readonly preIf: string;
  readonly post: string | null;
  readonly postIf: string;
}

export interface CompositeRuns {
  readonly kind: 'composite';
  readonly steps: readonly StepPlan[];
  readonly outputs: Readonly<Record<string, Node>>;
}

/** @throws what the job's or the step's log shows: no action.yml, or one that GitHub would not take */
export async function readAction(place: Place): Promise<Action> {
  return read(join(place.source.directory, place.path), place.source);
}

/** An action of the workspace (`./x`). */
export async function readLocalAction(directory: string): Promise<Action> {
  return read(directory, null);
}

async function read(directory: string, source: Source | null): Promise<Action> {
  const { file, text } = await textOf(directory);
  const parsed = await parseActionFile(file, text);
  if (parsed.refused !== null) throw new Error(`${file} (Line: ${parsed.refused.line}): ${parsed.refused.message}`);
  const root = treeOf(parsed.root);
  const entry = (name: string): Node | null => (root.kind === 'map' ? (root.entries.find((one) => one.key === name)?.value ?? null) : null);
  const name = entry('name');
  return { directory, source, name: name?.kind === 'scalar' ? String(name.value) : '', inputs: inputsOf(entry('inputs')), runs: runsOf(entry('runs'), entry('outputs'), file) };
}

async function textOf(directory: string): Promise<{ file: string; text: string }> {
  for (const name of ['action.yml', 'action.yaml']) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => null);
    if (text !== null) return { file: name, text };
  }
  const looked = ['action.yml', 'action.yaml', 'Dockerfile'].map((name) => `'${name}'`);
  throw new Error(`Can't find ${looked[0] ?? ''}, ${looked[1] ?? ''} or ${looked[2] ?? ''} under '${directory}'. Did you forget to run actions/checkout before running your local action?`);
}

function inputsOf(node: Node | null): ActionInput[] {
  if (node?.kind !== 'map') return [];
  return node.entries.map(({ key, value }) => {
    const of = (name: string): Node | null => (value.kind === 'map' ? (value.entries.find((one) => one.key.toLowerCase() === name)?.value ?? null) : null);
    const deprecation = of('deprecationmessage');
    return { name: key, default: of('default'), deprecation: deprecation?.kind === 'scalar' ? String(deprecation.value) : null };
  });
}

const RUNS = ['using', 'main', 'pre', 'pre-if', 'post', 'post-if', 'steps', 'plugin', 'image', 'args', 'entrypoint', 'env', 'pre-entrypoint', 'post-entrypoint'];

function runsOf(node: Node | null, outputs: Node | null, file: string): Action['runs'] {
  const runs = fields(node, file, '`runs`', RUNS);
  const using = runs.text('using') ?? '';
  if (node === null) throw new Error(`Top level 'runs:' section is required for ${file}`);
  if (using === '' && runs.get('plugin') === null) throw new Error("Missing 'using' value. 'using' requires 'composite', 'docker', 'node12', 'node16', 'node20' or 'node24'.");
  if (using.toLowerCase() === 'composite') {
    if (runs.get('steps') === null) throw new Error(`You are using a composite action but there are no steps provided in ${file}.`);
    return { kind: 'composite', steps: compositeStepsOf(runs.get('steps'), file), outputs: outputsOf(outputs) };
  }
  // Real, and not run here: the plan refuses them. Anything else fails the job as on GitHub (ActionManifestManager.cs).
  if (using === '' || using.toLowerCase() === 'docker') return { kind: 'unknown', using: using || 'plugin' };
  const main = runs.text('main');
  // node12 to node20 run on Node 24 (server flags).
  if (!/^node(?:12|16|20|24)$/iu.test(using)) throw new Error(`'using: ${using}' is not supported, use 'docker', 'node12', 'node16', 'node20' or 'node24' instead.`);
  if (main === null) throw new Error(`You are using a JavaScript Action but there is not an entry JavaScript file provided in ${file}.`);
  return { kind: 'node', main, pre: runs.text('pre'), preIf: conditionOf(runs, 'pre-if'), post: runs.text('post'), postIf: conditionOf(runs, 'post-if') };
}

function conditionOf(runs: Fields, key: string): string {
  const node = runs.get(key);
  return node === null ? 'always()' : node.kind === 'expression' ? node.expression : node.kind === 'scalar' ? String(node.value ?? '') : 'always()';
}

function outputsOf(node: Node | null): Record<string, Node> {
  if (node?.kind !== 'map') return {};
  return Object.fromEntries(
    node.entries.flatMap(({ key, value }) => {
      const given = value.kind === 'map' ? value.entries.find((one) => one.key === 'value')?.value : undefined;
      return given === undefined ? [] : [[key, given] as const];
    }),
  );
}
