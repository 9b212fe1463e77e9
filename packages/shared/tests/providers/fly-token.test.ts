import { expect, test } from '@jest/globals';
import { encode } from '@msgpack/msgpack';
import { flyTokenExpiry } from '@vendure-deploy/shared/providers/fly';
import { Secret } from '@vendure-deploy/shared/secrets';

const macaroon = (caveats: unknown[]): string => `fm2_${Buffer.from(encode([['nonce'], 'https://api.fly.io/v1', caveats, new Uint8Array(32)])).toString('base64')}`;
test.each([
  ['an old token', 'fo1_abcdef', null],
  ['a macaroon without an end', `FlyV1 ${macaroon([0, [1]])}`, null],
  ['a macaroon with an end', `FlyV1 ${macaroon([3, [{ 1: 31 }], 4, [1, 1_767_225_600]])}`, 1_767_225_600_000],
  ['the first end of several', `FlyV1 ${macaroon([4, [1, 1_767_225_700]])},${macaroon([4, [1, 1_767_225_600]])}`, 1_767_225_600_000],
  ['no macaroon at all', 'fm2_bm90IG1zZ3BhY2s=', null],
  ['a caveat of another shape', macaroon([4, 'soon']), null],
])('when a Fly token ends by its own word: %s', async (_, token, expected) => expect(await flyTokenExpiry(new Secret(token))).toBe(expected));
