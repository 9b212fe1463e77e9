import type { CredentialName } from './names.ts';

/** A secret that this run needs, under the input that would give it. */
export interface Sought {
  readonly input: string;
  readonly name: CredentialName;
  /** Without it the action does not start. */
  readonly isRequired: boolean;
}

/** Where one was found; of a place outside the process, how it is found there. */
export type Place =
  | { readonly kind: 'input' | 'variable'; readonly value: string }
  | { readonly kind: 'aws'; readonly reference: string }
  | { readonly kind: 'nowhere' };

export interface Offered {
  /** '' is nothing: GitHub gives it for a secret that is not there. */
  readonly input: string;
  readonly variable: string;
  /** As the configuration's map says; undefined: it does not name it, or there is none. */
  readonly reference: string | undefined;
}

/** The order of the places: what is nearest to the step wins. */
export function placeOf({ input, variable, reference }: Offered): Place {
  if (input !== '') return { kind: 'input', value: input };
  if (variable !== '') return { kind: 'variable', value: variable };
  return reference === undefined ? { kind: 'nowhere' } : { kind: 'aws', reference };
}
