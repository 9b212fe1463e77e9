import type { AnyActionDefinition } from './definition.ts';
import type { InputKind } from './inputs.ts';

export interface ActionDescription {
  name: string;
  description: string;
  inputs: { name: string; description: string; required: boolean; default: string | null; kind: InputKind; allowed: string; handedOn: boolean }[];
  outputs: { name: string; description: string }[];
  hasPost: boolean;
}

/** Outputs of every action, beside its own. */
export const COMMON_OUTPUTS = {
  decision: 'done, skipped, failed, partial or unknown.',
  'reason-code': 'Why, as one literal of the closed list.',
  result: 'One JSON document: schema-version, action, decision, reason-code, message, seconds, notes (what was skipped, suppressed or healed), and what the action adds.',
} as const;

/** What action.yml and the README must say, for the tests that compare them both ways. */
export function describeAction(definition: AnyActionDefinition): ActionDescription {
  return {
    name: definition.name,
    description: definition.description,
    inputs: Object.entries(definition.inputs).map(([name, spec]) => ({ name, description: spec.description, required: spec.required, default: spec.default, kind: spec.kind, allowed: spec.allowed, handedOn: spec.handedOn })),
    outputs: Object.entries({ ...definition.outputs, ...COMMON_OUTPUTS }).map(([name, description]) => ({ name, description })),
    hasPost: definition.post !== undefined,
  };
}
