import { UserError } from '@vendure-deploy/shared/action';
import { type Surface, SURFACES } from '@vendure-deploy/shared/release';
import { z } from 'zod';
import { json } from './json.ts';

// Said by the command itself, or of another kind than a switch.
const OWN = new Set(['environment', 'ref', 'config_ref', 'vendure', 'dashboard', 'storefront', 'dry_run', 'workflow']);

// A choice cannot be empty in the form of the Actions UI: this word is its way to leave the value to the configuration.
const EMPTY: readonly unknown[] = ['', null, 'configured'];

interface Started {
  /** As it was typed; '' for the branch that the run was started from. */
  readonly ref: string;
  /** What else, beside the surfaces, as `name=value`; defaults are left out. */
  readonly options: readonly string[];
  /** The surfaces that the lane can be told to leave out. */
  readonly switches: readonly Surface[];
}

/** What the lane was started with. @param onByDefault its switches that are on where nobody says anything @throws {UserError} */
export function startedWith(text: string, onByDefault: readonly string[]): Started {
  if (text === '') return { ref: '', options: [], switches: SURFACES };
  const given = z.record(z.string(), z.unknown()).safeParse(json(text));
  if (!given.success) throw new UserError('deploy-report: input `options` is not what toJSON(inputs) gives. Write:  options: ${{ toJSON(inputs) }}');
  const { ref } = given.data;
  const options = Object.entries(given.data).flatMap(([name, value]) => {
    if (OWN.has(name) || value === onByDefault.includes(name) || EMPTY.includes(value)) return [];
    return typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number' ? [`${name}=${value}`] : [];
  });
  return { ref: typeof ref === 'string' ? ref : '', options, switches: SURFACES.filter((surface) => Object.hasOwn(given.data, surface)) };
}
