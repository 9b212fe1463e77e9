import type { From } from '../action/elsewhere.ts';
import type { CredentialName } from './names.ts';
import { resolver } from './resolve.ts';

type Given = (input: string) => string;

/**
 * Where an input of kind secret is found: `input.secret({ …, from: credential('FLY_API_TOKEN') })`.
 * @param name or what tells it by the other inputs; null where this run does not need it
 */
export function credential(name: CredentialName | ((given: Given) => CredentialName | null), { required = false }: { readonly required?: boolean } = {}): From {
  return { nameOf: typeof name === 'string' ? () => name : name, isRequired: required, resolver };
}
