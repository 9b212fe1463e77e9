import { UserError } from '@vendure-deploy/shared/action';
import { z } from 'zod';

// Said by the command itself, or of another kind than a switch.
const OWN = new Set(['environment', 'ref', 'config_ref', 'vendure', 'dashboard', 'storefront', 'dry_run']);
// The lanes' only switch that is on where nobody says anything.
const ON_BY_DEFAULT = new Set(['dashboard_blocking']);

/** What the lane was started with beside its ref and its surfaces, as `name=value`; defaults are left out. @throws {UserError} */
export function optionsOf(text: string): readonly string[] {
  if (text === '') return [];
  const given = z.record(z.string(), z.unknown()).safeParse(json(text));
  if (!given.success) throw new UserError('deploy-report: input `options` is not what toJSON(inputs) gives. Write:  options: ${{ toJSON(inputs) }}');
  return Object.entries(given.data).flatMap(([name, value]) => {
    if (OWN.has(name) || value === ON_BY_DEFAULT.has(name) || value === '' || value === null) return [];
    return typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number' ? [`${name}=${value}`] : [];
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
