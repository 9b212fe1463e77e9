import { expect, test } from '@jest/globals';
import type { HttpClient, HttpRequest, HttpResult } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import { idToken } from '../../src/action/identity.ts';

const OFFERED = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://tokens.example/7/idtoken?api-version=2.0', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token' };

/** A client that answers so, and what it was asked. */
function client(answer: { status: number; text: string } | 'nothing'): { http: Pick<HttpClient, 'request'>; asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const result: HttpResult = answer === 'nothing'
    ? { kind: 'unreachable', reason: 'timeout', message: 'GET tokens.example/7/idtoken: no answer' }
    : { kind: 'response', status: answer.status, headers: {}, bytes: new Uint8Array(), text: () => answer.text, json: () => JSON.parse(answer.text) as unknown };
  return { asked, http: { request: (request) => Promise.resolve((asked.push(request), result)) } };
}

test("the audience is added to GitHub's own query, and the token of the request goes in a header", async () => {
  const { http, asked } = client({ status: 200, text: '{"count":1,"value":"header.payload.signature"}' });
  const token = await idToken(http, 'sts.amazonaws.com', OFFERED);
  expect(token?.reveal()).toBe('header.payload.signature');
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET https://tokens.example/7/idtoken?api-version=2.0&audience=sts.amazonaws.com']);
  const { authorization } = asked[0]?.headers ?? {};
  expect(authorization instanceof Secret && authorization.reveal()).toBe('Bearer request-token');
});

test.each([
  ['nothing', {}],
  ['a URL alone', { ACTIONS_ID_TOKEN_REQUEST_URL: OFFERED.ACTIONS_ID_TOKEN_REQUEST_URL }],
  ['a token alone', { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' }],
  ['no URL', { ...OFFERED, ACTIONS_ID_TOKEN_REQUEST_URL: 'nonsense' }],
])('%s offers none, and nobody is asked', async (_case, environment) => {
  const { http, asked } = client('nothing');
  expect(await idToken(http, 'x', environment)).toBeNull();
  expect(asked).toEqual([]);
});

test.each([
  ['no answer', 'nothing', 'GET tokens.example/7/idtoken: no answer'],
  ['a refusal', { status: 403, text: '{}' }, 'GitHub answered HTTP 403'],
  ['a page', { status: 200, text: '<html>' }, 'its answer has none'],
  ['an empty token', { status: 200, text: '{"value":""}' }, 'its answer has none'],
] as const)('%s is a sentence', async (_case, answer, sentence) => {
  await expect(idToken(client(answer).http, 'x', OFFERED)).rejects.toThrow(`GitHub gave this job no identity (OIDC token): ${sentence}. Run the job again`);
});
