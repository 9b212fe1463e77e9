import { parse } from 'yaml';
import { z } from 'zod';

const input = z.object({ type: z.string().optional(), required: z.boolean().optional(), default: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(), options: z.array(z.coerce.string()).optional() });
const dispatch = z.object({ inputs: z.record(z.string(), input.nullable()).nullish() }).nullable();
const workflow = z.object({ on: z.union([z.string(), z.array(z.string()), z.looseObject({ workflow_dispatch: dispatch.optional() })]) });

type Inputs = Readonly<Record<string, z.infer<typeof input> | null>>;

/**
 * What GitHub answers to a dispatch that it does not take, by the workflow's file at the ref that was asked for; null: it takes it. The first two texts are
 * GitHub's own; of the values nobody has recorded more than that they are refused.
 */
export function refusalOf(file: string, given: Readonly<Record<string, string>>): string | null {
  const declared = inputsOf(file);
  if (declared === null) return "Workflow does not have 'workflow_dispatch' trigger";
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unknown.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unknown)}`;
  for (const [name, one] of Object.entries(declared)) {
    const value = given[name];
    if (value === undefined && one?.required === true && one.default === undefined) return `Required input '${name}' not provided`;
    if (value !== undefined && !isAllowed(one, value)) return `Provided value '${value}' for input '${name}' not in the list of allowed values`;
  }
  return null;
}

/** What the run gets: what was given, and the defaults of the rest, as the form in the browser has them filled in. */
export function filled(file: string, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const defaults = Object.entries(inputsOf(file) ?? {}).flatMap(([name, one]) => (one?.default === undefined ? [] : [[name, String(one.default ?? '')]]));
  return { ...Object.fromEntries(defaults), ...given };
}

function isAllowed(one: Inputs[string], value: string): boolean {
  if (one?.type === 'choice') return one.options?.includes(value) ?? false;
  return one?.type !== 'boolean' || ['true', 'false'].includes(value);
}

/** null: it cannot be dispatched. */
function inputsOf(file: string): Inputs | null {
  const { on } = workflow.parse(parse(file));
  if (typeof on === 'string' || Array.isArray(on)) return [on].flat().includes('workflow_dispatch') ? {} : null;
  return on.workflow_dispatch === undefined ? null : (on.workflow_dispatch?.inputs ?? {});
}
