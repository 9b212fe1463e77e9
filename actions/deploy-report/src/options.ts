import { UserError } from '@vendure-deploy/shared/action';
import { z } from 'zod';
import { json } from './json.ts';

// Said by the command itself, or of another kind than a switch.
const OWN = new Set(['environment', 'ref', 'config_ref', 'vendure', 'dashboard', 'storefront', 'dry_run', 'workflow']);
// The lanes' only switch that is on where nobody says anything.
const ON_BY_DEFAULT = new Set(['dashboard_blocking']);

interface Started {
  /** As it was typed; '' for the branch that the run was started from. */
  readonly ref: string;
  /** What else, beside the surfaces, as `name=value`; defaults are left out. */
  readonly options: readonly string[];
}

/** What the lane was started with. @throws {UserError} */
export function startedWith(text: string): Started {
  if (text === '') return { ref: '', options: [] };
  const given = z.record(z.string(), z.unknown()).safeParse(json(text));
  if (!given.success) throw new UserError('deploy-report: input `options` is not what toJSON(inputs) gives. Write:  options: ${{ toJSON(inputs) }}');
  const { ref } = given.data;
  const options = Object.entries(given.data).flatMap(([name, value]) => {
    if (OWN.has(name) || value === ON_BY_DEFAULT.has(name) || value === '' || value === null) return [];
    return typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number' ? [`${name}=${value}`] : [];
  });
  return { ref: typeof ref === 'string' ? ref : '', options };
}
