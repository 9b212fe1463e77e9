import { expect, test } from '@jest/globals';
import { Secret } from '@vendure-deploy/shared/secrets';
import { referenceOf, valueOf } from '../../src/credentials/from-aws.ts';

const secrets = new Map([
  ['shop/production', { versionId: 'v1', text: new Secret('{"URL": "hunter2", "port": 5432, "EMPTY": "", "a#b": "odd"}') }],
  ['shop/pem', { versionId: 'v2', text: new Secret('-----BEGIN KEY-----\nhunter2\n') }],
]);

test.each([
  ['shop/production#URL', 'hunter2'],
  ['shop/production#EMPTY', ''],
  ['shop/production#a#b', 'odd'],
  ['shop/pem', '-----BEGIN KEY-----\nhunter2\n'],
])('%s of AWS', (reference, value) => {
  expect(valueOf({ name: 'N', ...referenceOf(reference) }, secrets)).toBe(value);
});

test.each([
  ['shop/production#url', 'the secret "shop/production" has no key "url" for N. It has: URL, port, EMPTY, a#b.'],
  ['shop/production#port', 'the key "port" of the secret "shop/production", for N, is no text.'],
  ['shop/production#toString', 'has no key "toString" for N'],
  ['shop/pem#URL', 'the secret "shop/pem" is no JSON object, so that it has no key "URL" for N.'],
])('%s of AWS: a sentence without a value', (reference, sentence) => {
  const read = (): unknown => valueOf({ name: 'N', ...referenceOf(reference) }, secrets);
  expect(read).toThrow(sentence);
  expect(read).not.toThrow(/hunter2|5432/u);
});
