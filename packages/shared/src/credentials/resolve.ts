import { resolve as resolvePath } from 'node:path';
import type { Nearby, Resolved, Resolving, SecretResolver } from '../action/elsewhere.ts';
import { UserError } from '../action/errors.ts';
import { type EnvironmentConfig, loadConfig } from '../config/index.ts';
import type { Secret } from '../secrets/index.ts';
import { fromAws } from './from-aws.ts';
import { type Place, placeOf, type Sought } from './order.ts';
import { advice, type Elsewhere, nowhere, placeName, short, tooShort } from './sentences.ts';
import { strengthOf } from './strength.ts';

/** Looks in each place in turn, and asks AWS only for what the step does not bring, and the configuration says to be there. */
export const resolver: SecretResolver = { nearby, elsewhere };

type Found = Place & { readonly kind: 'input' | 'variable' | 'aws' };

function nearby({ sought, given, take, hide, log }: Resolving): Nearby {
  const secrets = new Map<string, Secret>();
  const faults: string[] = [];
  const places: string[] = [];
  for (const one of sought as readonly Sought[]) {
    // Both are taken and hidden, so that the one that is not used is not left about either.
    const variable = take(one.name);
    const place = placeOf({ input: given(one.input), variable, reference: undefined });
    if (place.kind === 'input' && variable !== '') hide(variable);
    if (place.kind !== 'input' && place.kind !== 'variable') continue;
    const fault = faultOf(one, place, place.value, log);
    if (fault !== null) faults.push(fault);
    else secrets.set(one.input, hide(place.value));
    places.push(placeName(one, place));
  }
  return { secrets, faults, places };
}

/** @throws {UserError} for what is needed and in no place, and for what AWS does not give; before that nobody is asked anything */
async function elsewhere(resolving: Resolving, near: Nearby): Promise<Resolved> {
  const { given, hide, log } = resolving;
  const pending = (resolving.sought as readonly Sought[]).filter(({ input }) => !near.secrets.has(input));
  const { credentials, state } = await configured(resolving, pending);
  const mapped = pending.filter(({ name }) => credentials?.map[name] !== undefined);
  const absent = new Map(pending.filter((one) => !mapped.includes(one)).map((one) => [one.input, nowhere(one, state)]));
  const needed = pending.flatMap(({ input, name, isRequired }) => (isRequired && absent.has(input) ? [`${absent.get(input) ?? ''}. ${advice(name, state)}`] : []));
  if (needed.length > 0) throw new UserError(needed.join('\n'));
  const secrets = new Map(near.secrets);
  const places = [...near.places];
  if (credentials !== undefined && mapped.length > 0) {
    const { values, versions } = await fromAws({ ...resolving, source: credentials, names: mapped.map(({ name }) => name), profile: given('aws-profile'), key: 'credentials' });
    for (const one of mapped) {
      const reference = credentials.map[one.name] ?? '';
      const place: Found = { kind: 'aws', reference };
      const value = values.get(one.name)?.reveal() ?? '';
      const fault = value === '' ? `${placeName(one, place)}, is an empty text there. Give it a value, or take it out of \`credentials.map\`.` : faultOf(one, place, value, log);
      if (fault !== null) throw new UserError(`${fault} Nothing was written.`, { reasonCode: 'secrets-unavailable' });
      secrets.set(one.input, hide(value));
      places.push(`${placeName(one, place)} (version ${versions[reference.split('#')[0] ?? ''] ?? '?'})`);
    }
  }
  if (places.length > 0) log.info(`Secrets: ${places.join('; ')}.`);
  return { secrets, absent };
}

function faultOf(one: Sought, place: Found, value: string, log: Resolving['log']): string | null {
  const strength = strengthOf(one.name, value);
  if (strength === 'short') log.warning(short(one, place));
  return strength === 'refused' ? tooShort(one, place) : null;
}

/** A configuration that cannot be read is told here only where a secret is missing without it: the action reads it as well, and says so itself. */
async function configured({ given, workspace }: Resolving, pending: readonly Sought[]): Promise<{ credentials: EnvironmentConfig['credentials']; state: Elsewhere }> {
  if (pending.length === 0) return { credentials: undefined, state: { kind: 'unread' } };
  const environment = given('environment');
  try {
    const { environments } = await loadConfig(resolvePath(workspace, given('config')));
    const credentials = Object.hasOwn(environments, environment) ? environments[environment]?.credentials : undefined;
    return { credentials, state: { kind: credentials === undefined ? 'no-map' : 'map', environment } };
  } catch (error) {
    if (!(error instanceof UserError) || pending.some(({ isRequired }) => isRequired)) throw error;
    return { credentials: undefined, state: { kind: 'unread' } };
  }
}
