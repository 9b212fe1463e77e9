import { asText, type Contexts, type Json, valueOf } from '../expressions/evaluate.ts';
import type { RunEvent } from '../options.ts';
import { Refused } from '../plan/fields.ts';
import type { InputPlan, WorkflowPlan } from '../plan/types.ts';

// GitHub: a dispatch has at most 25 inputs, and 65,535 characters in all.
const MOST_INPUTS = 25;
const LONGEST_PAYLOAD = 65_535;

/** The `inputs` of a run that an event starts. */
export function startInputs(plan: WorkflowPlan, event: RunEvent): Record<string, Json> {
  if (!plan.triggers.includes(event.name)) throw new Refused(`${plan.file} has no \`${event.name}\` trigger. It has: ${plan.triggers.join(', ')}`, plan.file, 1);
  return event.name === 'workflow_dispatch' ? dispatchInputs(plan, event.inputs) : {};
}

/** `gh` and the API send text; booleans and numbers become what their type says (W6). */
function dispatchInputs(plan: WorkflowPlan, given: Readonly<Record<string, string>>): Record<string, Json> {
  const declared = plan.dispatch ?? {};
  const nameOf = (name: string): string | undefined => Object.keys(declared).find((known) => known.toLowerCase() === name.toLowerCase());
  for (const name of Object.keys(given)) {
    if (nameOf(name) === undefined) throw new Refused(`Unexpected input \`${name}\`. ${plan.file} takes: ${Object.keys(declared).join(', ')}`, plan.file, 1);
  }
  if (Object.keys(declared).length > MOST_INPUTS) throw new Refused(`\`workflow_dispatch\` has ${Object.keys(declared).length} inputs. GitHub takes ${MOST_INPUTS}.`, plan.file, 1);
  if (JSON.stringify(given).length > LONGEST_PAYLOAD) throw new Refused(`The inputs have more than ${LONGEST_PAYLOAD} characters`, plan.file, 1);
  const values = Object.fromEntries(Object.entries(given).map(([name, value]) => [nameOf(name) ?? name, value]));
  return Object.fromEntries(Object.entries(declared).map(([name, input]) => [name, typed(name, input, values[name], plan.file)]));
}

/** The inputs of a call, after the caller's `with` was evaluated. Absent is '', 0 or false (W1). */
export function callInputs(plan: WorkflowPlan, given: Readonly<Record<string, Json>>, contexts: Contexts): Record<string, Json> {
  const declared = plan.call?.inputs ?? {};
  const defaults: Contexts = { github: contexts['github'] ?? null, inputs: contexts['inputs'] ?? null, vars: contexts['vars'] ?? null };
  return Object.fromEntries(
    Object.entries(declared).map(([name, input]) => {
      const passed = Object.entries(given).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
      const value = passed ?? (input.default === null ? null : valueOf(input.default, defaults));
      if (value === null) return [name, { boolean: false, number: 0 }[input.type as string] ?? ''];
      if (input.type === 'boolean' || input.type === 'number') {
        if (typeof value !== input.type) throw new Error(`Unexpected value '${asText(value)}' for the input \`${name}\` (${input.type}) of ${plan.file}`);
        return [name, value];
      }
      if (typeof value === 'object') throw new Error(`Unexpected value '${asText(value)}' for the input \`${name}\` (${input.type}) of ${plan.file}`);
      return [name, asText(value)];
    }),
  );
}

function typed(name: string, input: InputPlan, given: string | undefined, file: string): Json {
  const value = given ?? (input.default === null ? '' : asText(valueOf(input.default, {})));
  const refuse = (allowed: string): never => {
    throw new Refused(`Input \`${name}\` is "${value}". Allowed: ${allowed}`, file, input.line);
  };
  if (input.required && value === '') throw new Refused(`Required input '${name}' not provided`, file, input.line);
  switch (input.type) {
    case 'boolean':
      if (value === '') return false;
      return value.toLowerCase() === 'true' ? true : value.toLowerCase() === 'false' ? false : refuse('true, false');
    case 'number':
      if (value.trim() === '') return given === undefined ? '' : refuse('a number');
      return Number.isNaN(Number(value)) ? refuse('a number') : Number(value);
    case 'choice':
      // An unset choice is not one of the options, and is let through; a wrong one is not.
      return input.options.includes(value) || (value === '' && given === undefined) ? value : refuse(input.options.join(', '));
    case 'string':
    case 'environment':
      return value;
  }
}
