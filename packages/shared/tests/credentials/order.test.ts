import { expect, test } from '@jest/globals';
import { CREDENTIAL_NAMES, CREDENTIALS } from '@vendure-deploy/shared/credentials';
import { placeOf } from '../../src/credentials/order.ts';
import { advice, nowhere } from '../../src/credentials/sentences.ts';
import { strengthOf } from '../../src/credentials/strength.ts';

test.each([
  // the input   the variable   the map         where it is taken from
  ['i',          'v',           's#K',          { kind: 'input', value: 'i' }],
  ['i',          '',            undefined,      { kind: 'input', value: 'i' }],
  ['',           'v',           's#K',          { kind: 'variable', value: 'v' }],
  ['',           '',            's#K',          { kind: 'aws', reference: 's#K' }],
  ['',           '',            undefined,      { kind: 'nowhere' }],
] as const)('input "%s", variable "%s", map %s: %o', (input, variable, reference, place) => {
  expect(placeOf({ input, variable, reference })).toEqual(place);
});

test.each([
  ['FLY_API_TOKEN', 'abc', 'refused'],
  ['FLY_API_TOKEN', 'ab\ncd\nef', 'refused'],
  ['FLY_API_TOKEN', 'abcd', 'short'],
  ['JOBS_TOKEN', 'true', 'short'],
  ['FLY_API_TOKEN', 'abcdefg', 'short'],
  ['FLY_API_TOKEN', 'abcdefgh', 'good'],
  // Settings stand among the values of these, and each is hidden, or not, by itself.
  ['COMMAND_ENVIRONMENT', 'A=1', 'good'],
  ['FLY_SECRETS', '{}', 'good'],
] as const)('%s of "%s" is %s', (name, value, strength) => {
  expect(strengthOf(name, value)).toBe(strength);
});

const FLY = { input: 'registry-token', name: 'FLY_API_TOKEN' } as const;
const TRIED = 'FLY_API_TOKEN (Fly token that may deploy the Vendure app, and pull and push its image) was found in no place: the input `registry-token` is empty, the step has no variable FLY_API_TOKEN, and ';

test.each([
  ['map', '`environments.staging.credentials.map` of the configuration does not name it'],
  ['no-map', 'the configuration has no `environments.staging.credentials`'],
  ['unread', 'the configuration, which may name a third, could not be read'],
] as const)('found in no place, %s: the places in their order', (kind, third) => {
  expect(nowhere(FLY, { kind, environment: 'staging' })).toBe(`${TRIED}${third}`);
});

test('what to type names the secret and its environment', () => {
  expect(advice('FLY_API_TOKEN', { kind: 'map', environment: 'staging' })).toContain('gh secret set FLY_API_TOKEN --env staging');
});

test('a name is one that GitHub takes for a secret and any shell for a variable, and says what it is', () => {
  for (const name of CREDENTIAL_NAMES) {
    expect(name).toMatch(/^(?!GITHUB_)[A-Z][A-Z0-9_]*$/u);
    expect(CREDENTIALS[name].what).not.toBe('');
  }
});
