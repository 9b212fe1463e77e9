import { expect, test } from '@jest/globals';
import { ghaOfferOf } from '../../src/buildx/gha-offer.ts';
import { runtimeToken } from './stage/runtime-token.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const token = runtimeToken({ now });
const v1 = { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_CACHE_URL: 'https://cache.example/' };
const v2 = { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: 'https://results.example/', ACTIONS_CACHE_SERVICE_V2: 'True' };

test.each<[string, Record<string, string | undefined>, unknown]>([
  ['nothing', {}, { kind: 'absent' }],
  ['a token alone', { ACTIONS_RUNTIME_TOKEN: token }, { kind: 'absent' }],
  ['an address alone', { ACTIONS_CACHE_URL: 'https://cache.example/' }, { kind: 'absent' }],
  ['empty variables', { ...v1, ACTIONS_RUNTIME_TOKEN: '' }, { kind: 'absent' }],
  ['version 2 with version 1\'s address only', { ...v1, ACTIONS_CACHE_SERVICE_V2: 'true' }, { kind: 'absent' }],
  ['version 1', v1, { kind: 'offered', offer: { v2: false, url: 'https://cache.example/', mayWrite: true, scopes: ['refs/heads/main'] } }],
  ['version 2', v2, { kind: 'offered', offer: { v2: true, resultsUrl: 'https://results.example/' } }],
  ['a read-only token', { ...v1, ACTIONS_RUNTIME_TOKEN: runtimeToken({ now, permission: 1 }) }, { kind: 'offered', offer: { mayWrite: false } }],
  ['a word', { ...v1, ACTIONS_RUNTIME_TOKEN: 'word' }, { kind: 'unusable', why: expect.stringContaining('is not a token') }],
  ['three words', { ...v1, ACTIONS_RUNTIME_TOKEN: 'a.b.c' }, { kind: 'unusable' }],
  ['a signature that is no base64url', { ...v1, ACTIONS_RUNTIME_TOKEN: `${token}=` }, { kind: 'unusable' }],
  ['a token without an end', { ...v1, ACTIONS_RUNTIME_TOKEN: runtimeToken({ now: null }) }, { kind: 'unusable' }],
  ['an old token', { ...v1, ACTIONS_RUNTIME_TOKEN: runtimeToken({ now: now - 7_200_000 }) }, { kind: 'unusable', why: expect.stringContaining('expired') }],
])('%s', (_name, environment, expected) => {
  expect(ghaOfferOf(environment, now)).toMatchObject(expected as object);
});

test('the token is a secret: no text of the offer has it', () => {
  expect(JSON.stringify(ghaOfferOf(v1, now))).not.toContain(token);
});
