import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import nock from 'nock';
import { httpClient } from '../../src/net/index.ts';
import { githubComments, ProviderError } from '../../src/providers/github/index.ts';
import { Secret } from '../../src/secrets/index.ts';

const comments = githubComments({ http: httpClient({ attempts: 1 }), token: new Secret('gh-token-value'), apiUrl: 'https://api.github.com' });
const api = () => nock('https://api.github.com', { reqheaders: { authorization: 'Bearer gh-token-value' } });
const some = (count: number, from = 1) => Array.from({ length: count }, (_, index) => ({ id: from + index, body: `comment ${from + index}`, user: null }));

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => nock.enableNetConnect());

test('all pages are read, and a comment without a text is one', async () => {
  api().get('/repos/example/shop/issues/12/comments').query({ per_page: 100, page: 1 }).reply(200, some(100));
  api().get('/repos/example/shop/issues/12/comments').query({ per_page: 100, page: 2 }).reply(200, [{ id: 101, body: null }]);
  const all = await comments.list('example/shop', 12);
  expect(all).toHaveLength(101);
  expect(all.at(-1)).toEqual({ id: 101, body: '' });
});

test('a server that has always one more page is not asked for ever', async () => {
  api().get('/repos/example/shop/issues/12/comments').query(true).times(25).reply(200, some(100));
  await expect(comments.list('example/shop', 12)).rejects.toMatchObject({ code: 'unexpected-answer', message: expect.stringContaining('more than 2500') });
});

test.each([
  ['a token without the right', 403, { message: 'Resource not accessible by integration' }, 'forbidden', /403 \(Resource not accessible by integration\) to POST repos\/example\/shop\/issues\/12\/comments$/],
  ['a pull request that is not there', 404, { message: 'Not Found' }, 'not-found', /404/],
  ['a gateway page', 502, '<html>', 'unavailable', /502 to POST/],
])('%s is told in a sentence', async (_, status, body, code, message) => {
  api().post('/repos/example/shop/issues/12/comments', { body: 'hello' }).reply(status, body);
  const error = await comments.create('example/shop', 12, 'hello').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a write is sent once, and its lost answer is no success', async () => {
  const lost = api().patch('/repos/example/shop/issues/comments/7', { body: 'new' }).replyWithError('reset');
  await expect(comments.update('example/shop', 7, 'new')).rejects.toMatchObject({ code: 'unavailable' });
  expect(lost.isDone()).toBe(true);
});
