import { expect, test } from '@jest/globals';
import { said, sha256, withRegistry } from './stage.ts';

test.each([
  ['bytes=2-4', 206, 'cde', 'bytes 2-4/10'],
  ['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
  ['bytes=-3', 206, 'hij', 'bytes 7-9/10'],
  ['bytes=-99', 206, 'abcdefghij', 'bytes 0-9/10'],
  ['bytes=8-99', 206, 'ij', 'bytes 8-9/10'],
  ['bytes=5-2', 416, null, 'bytes */10'],
  ['bytes=10-', 416, null, 'bytes */10'],
  ['bytes=-0', 416, null, 'bytes */10'],
  ['bytes=0-1,4-5', 200, 'abcdefghij', null],
  ['lines=1-2', 200, 'abcdefghij', null],
  ['bytes=-', 200, 'abcdefghij', null],
])('the range %s of ten bytes: %d', (range, status, content, said416) => withRegistry({}, async ({ call, putBlob }) => {
  const digest = await putBlob('shop', 'abcdefghij');
  const answer = await call('GET', `/v2/shop/blobs/${digest}`, { headers: { range } });
  expect([answer.status, answer.headers.get('content-range')]).toEqual([status, said416]);
  if (content === null) return;
  expect(answer.headers.get('content-length')).toBe(String(content.length));
  expect(await answer.text()).toBe(content);
}));

test('HEAD says what GET would, without the bytes', () => withRegistry({}, async ({ call, putBlob }) => {
  const digest = await putBlob('shop', 'abc');
  const answer = await call('HEAD', `/v2/shop/blobs/${digest}`);
  expect(Object.fromEntries(answer.headers)).toEqual({ 'accept-ranges': 'bytes', 'content-length': '3', 'content-type': 'application/octet-stream', 'docker-content-digest': digest, 'docker-distribution-api-version': 'registry/2.0' });
  expect(answer.body).toBeNull();
}));

test('an empty blob is one', () => withRegistry({}, async ({ call, putBlob }) => {
  const answer = await call('GET', `/v2/shop/blobs/${await putBlob('shop', '')}`);
  expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '0', '']);
}));

test.each([
  ['GET', `/v2/shop/blobs/${sha256('other')}`, 404, 'BLOB_UNKNOWN'],
  ['DELETE', `/v2/shop/blobs/${sha256('other')}`, 404, 'BLOB_UNKNOWN'],
  ['GET', '/v2/shop/blobs/sha256:1', 400, 'DIGEST_INVALID'],
  ['PUT', `/v2/shop/blobs/${sha256('abc')}`, 405, 'UNSUPPORTED'],
  ['GET', `/v2/Shop/blobs/${sha256('abc')}`, 400, 'NAME_INVALID'],
])('%s %s: %d %s', (method, path, status, code) => withRegistry({}, async ({ call, putBlob }) => {
  await putBlob('shop', 'abc');
  expect(await said(await call(method, path))).toMatchObject({ status, code });
}));

test('an announcement comes with every answer that is no error', () => withRegistry({ announcement: 'this registry moves on 1 May' }, async ({ call }) => {
  expect((await call('GET', '/v2/')).headers.get('warning')).toBe('299 - "this registry moves on 1 May"');
  expect((await call('GET', '/v2/shop/tags/list')).headers.get('warning')).toBeNull();
}));
