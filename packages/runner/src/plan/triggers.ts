import type { Entry, Node } from '../parser/tree.ts';
import { fields, Refused } from './fields.ts';
import type { CallContract, InputPlan } from './types.ts';

export interface Triggers {
  readonly names: readonly string[];
  readonly dispatch: Record<string, InputPlan> | null;
  readonly call: CallContract | null;
}

// GitHub's limit of a dispatch, since 2025-12; neither its parser nor its language service counts.
const MOST_INPUTS = 25;

/** `on:` in its three spellings: a name, a list, a mapping. */
export function triggersOf(node: Node | null, file: string): Triggers {
  if (node?.kind !== 'map') {
    const items = node?.kind === 'list' ? node.items : node === null ? [] : [node];
    const names = items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
    return { names, dispatch: names.includes('workflow_dispatch') ? {} : null, call: names.includes('workflow_call') ? { inputs: {}, secrets: {}, outputs: {} } : null };
  }
  const of = (name: string): Node | undefined => node.entries.find((entry) => entry.key === name)?.value;
  const dispatch = of('workflow_dispatch');
  const call = of('workflow_call');
  return {
    names: node.entries.map((entry) => entry.key),
    dispatch: dispatch === undefined ? null : dispatchOf(dispatch, file),
    call: call === undefined ? null : contractOf(call, file),
  };
}

function dispatchOf(node: Node, file: string): Record<string, InputPlan> {
  const entries = fields(node, file, '`workflow_dispatch`', ['inputs']).entries('inputs');
  const beyond = entries[MOST_INPUTS];
  if (beyond !== undefined) throw new Refused(`\`workflow_dispatch\` has ${entries.length} inputs. GitHub takes ${MOST_INPUTS}; \`${beyond.key}\` is the first that is too many.`, file, beyond.line);
  return inputsOf(entries, file);
}

function contractOf(node: Node, file: string): CallContract {
  const call = fields(node, file, '`workflow_call`', ['inputs', 'secrets', 'outputs']);
  return {
    inputs: inputsOf(call.entries('inputs'), file),
    secrets: Object.fromEntries(call.entries('secrets').map((entry) => [entry.key, { required: fields(entry.value, file, 'a secret', ['description', 'required']).flag('required') }])),
    outputs: Object.fromEntries(
      call.entries('outputs').map((entry) => {
        const value = fields(entry.value, file, 'an output', ['description', 'value']).get('value');
        return [entry.key, value ?? { kind: 'scalar', value: '', line: entry.line }];
      }),
    ),
  };
}

function inputsOf(entries: readonly Entry[], file: string): Record<string, InputPlan> {
  return Object.fromEntries(
    entries.map((entry) => {
      const input = fields(entry.value, file, `input \`${entry.key}\``, ['description', 'type', 'required', 'default', 'options', 'deprecationMessage']);
      const options = input.get('options');
      const plan: InputPlan = {
        type: (input.text('type') ?? 'string') as InputPlan['type'],
        required: input.flag('required'),
        default: input.get('default'),
        options: options?.kind === 'list' ? options.items.map((item) => (item.kind === 'scalar' ? String(item.value) : '')) : [],
        line: entry.line,
      };
      return [entry.key, plan];
    }),
  );
}
