import type { AnyActionDefinition } from './definition.ts';
import type { Resolving, SecretResolver } from './elsewhere.ts';
import { rawInput, takeInput, takeSecret, takeVariable } from './environment.ts';
import { UserError } from './errors.ts';
import type { Secret } from '../secrets/index.ts';

export interface ReadInputs {
  readonly values: Record<string, unknown>;
  /** By input: where a secret that was not found was looked for. */
  readonly absent: ReadonlyMap<string, string>;
}

/** What a resolver needs of the process beside the inputs. */
export type Process = Pick<Resolving, 'run' | 'signal' | 'log' | 'hide' | 'idToken' | 'workspace'>;

/** Secrets first, so that no message about another input can show one. All faulty inputs are named at once, and only then is anybody asked for a secret. */
export async function readInputs(definition: AnyActionDefinition, process: Process): Promise<ReadInputs> {
  const specs = Object.entries(definition.inputs);
  const sought = soughtIn(definition, specs.map(([name]) => name), process);
  const near = sought === null ? null : sought.resolver.nearby(sought.resolving);
  const isSought = (name: string): boolean => sought?.resolving.sought.some(({ input }) => input === name) ?? false;
  const secretsFirst = [...specs.filter(([, spec]) => spec.kind === 'secret'), ...specs.filter(([, spec]) => spec.kind !== 'secret')];
  const faults: string[] = [...(near?.faults ?? [])];
  const values: Record<string, unknown> = {};
  const parse = (name: string, raw: string): void => {
    try {
      values[name] = definition.inputs[name]?.parse(name, raw);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      faults.push(error.message);
    }
  };
  const refuse = (): void => {
    if (faults.length > 0) throw new UserError(faults.join('\n'));
  };
  for (const [name, spec] of secretsFirst) {
    if (!isSought(name)) parse(name, spec.kind === 'secret' ? takeSecret(name).reveal() : rawInput(name));
    else if (near?.secrets.has(name) === true) parse(name, near.secrets.get(name)?.reveal() ?? '');
  }
  refuse();
  if (sought === null || near === null) return { values, absent: new Map() };
  const { secrets, absent } = await sought.resolver.elsewhere(sought.resolving, near);
  for (const { input } of sought.resolving.sought) if (!near.secrets.has(input)) parse(input, secrets.get(input)?.reveal() ?? '');
  refuse();
  return { values, absent };
}

/** One secret alone, as a post step wants it. @throws {UserError} */
export async function findSecret(definition: AnyActionDefinition, name: string, process: Process): Promise<Secret> {
  const sought = soughtIn(definition, [name], process);
  if (sought === null) return takeSecret(name);
  const near = sought.resolver.nearby(sought.resolving);
  if (near.faults.length > 0) throw new UserError(near.faults.join('\n'));
  return (await sought.resolver.elsewhere(sought.resolving, near)).secrets.get(name) ?? takeSecret(name);
}

/** null: none of these inputs is found elsewhere, or this run needs none of them. */
function soughtIn(definition: AnyActionDefinition, names: readonly string[], process: Process): { resolver: SecretResolver; resolving: Resolving } | null {
  const plain = (input: string): string => rawInput(input).trim() || (definition.inputs[input]?.default ?? '');
  const found = names.flatMap((input) => {
    const from = definition.inputs[input]?.from ?? null;
    const name = from?.nameOf(plain) ?? null;
    return from === null || name === null ? [] : [{ resolver: from.resolver, one: { input, name, isRequired: from.isRequired } }];
  });
  const [first] = found;
  if (first === undefined) return null;
  const sought = found.map(({ one }) => one);
  const taken = new Map(sought.map(({ input }) => [input, takeInput(input)]));
  return { resolver: first.resolver, resolving: { ...process, sought, given: (input) => taken.get(input) ?? plain(input), take: takeVariable } };
}
