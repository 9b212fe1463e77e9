import { expect, test } from '@jest/globals';
import { isSignedBy, readSignature } from '../../src/aws/signature.ts';

// The example that AWS published for Signature Version 4, its keys included (docs.aws.amazon.com, "Signing AWS API requests", task 1 to 4).
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const URL_ = 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08';
const AUTHORIZATION = 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';
const HEADERS = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'x-amz-date': '20150830T123600Z' };

const signed = (change: { url?: string; headers?: Record<string, string>; secret?: string; body?: string } = {}): boolean => {
  const read = readSignature(AUTHORIZATION);
  if (read === null) throw new Error('The example is not read.');
  return isSignedBy(change.secret ?? SECRET, read, new Request(change.url ?? URL_, { headers: { ...HEADERS, ...change.headers } }), change.body ?? '');
};

test("AWS's own example", () => {
  expect(signed()).toBe(true);
  // What was not signed may be anything.
  expect(signed({ headers: { 'x-more': 'than was signed' } })).toBe(true);
});

test.each([
  ['another secret key', { secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ' }],
  ['another query', { url: URL_.replace('ListUsers', 'ListRoles') }],
  ['another host', { url: URL_.replace('iam', 'sts') }],
  ['another header that was signed', { headers: { 'content-type': 'text/plain' } }],
  ['another time', { headers: { 'x-amz-date': '20150830T123601Z' } }],
  ['another day', { headers: { 'x-amz-date': '20150831T123600Z' } }],
  ['a body', { body: 'x' }],
])('%s is not what was signed', (_case, change) => {
  expect(signed(change)).toBe(false);
});

test.each(['', 'Bearer x', AUTHORIZATION.replace('aws4_request', 'aws3_request'), AUTHORIZATION.slice(0, -1)])('%j is no signature', (authorization) => {
  expect(readSignature(authorization)).toBeNull();
});
