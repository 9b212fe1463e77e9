import type { Secret } from '../secrets/index.ts';
import type { ActionContext } from './definition.ts';

/** How an input of kind secret is found where the step gives it no value; made by `credential()` of `../credentials`. */
export interface From {
  /** The one name that it has in every place; null: this run does not need it, and nobody looks for it. */
  nameOf(given: (input: string) => string): string | null;
  /** Without it the action does not start. */
  readonly isRequired: boolean;
  readonly resolver: SecretResolver;
}

/** What a resolver gets of the process. */
export interface Resolving extends Pick<ActionContext<unknown>, 'run' | 'signal' | 'log' | 'hide' | 'idToken' | 'workspace'> {
  readonly sought: readonly { readonly input: string; readonly name: string; readonly isRequired: boolean }[];
  /** An input as it was given, or its default; a secret that is sought, too. */
  given(input: string): string;
  /** A variable of the step's environment, which is gone from it afterwards; '' where there is none. */
  take(variable: string): string;
}

export interface Nearby {
  /** By input. */
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly faults: readonly string[];
  /** Where each came from, for the log. */
  readonly places: readonly string[];
}

export interface Resolved extends Pick<Nearby, 'secrets'> {
  /** By input: where one that was not found was looked for, and what to type. */
  readonly absent: ReadonlyMap<string, string>;
}

export interface SecretResolver {
  /** What the step itself brings, masked at once: nothing is said of another input before. */
  nearby(resolving: Resolving): Nearby;
  /** @throws {UserError} for what is needed and not found */
  elsewhere(resolving: Resolving, nearby: Nearby): Promise<Resolved>;
}
