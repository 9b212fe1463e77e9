import { expect, test } from '@jest/globals';
import { parseChallenges } from '../../../src/providers/registry/challenge.ts';
import { loginOf, parseImageName, parseImageRepository } from '../../../src/providers/registry/index.ts';
import { Secret } from '../../../src/secrets/index.ts';
import { manifest, whole } from './images.ts';
import { BASIC, fault, ok, scripted, TOKEN } from './scripted.ts';

const tag = '/v2/shop/manifests/t';

test.each([
  ['', []],
  ['Basic realm="r"', [{ scheme: 'basic', parameters: { realm: 'r' } }]],
  ['Basic', [{ scheme: 'basic', parameters: {} }]],
  ['Bearer realm="https://r/token",service="a, b",scope="repository:x:pull repository:y:pull"', [{ scheme: 'bearer', parameters: { realm: 'https://r/token', service: 'a, b', scope: 'repository:x:pull repository:y:pull' } }]],
  ['Negotiate, BASIC Realm="a \\"b\\"" , bearer realm=plain', [{ scheme: 'negotiate', parameters: {} }, { scheme: 'basic', parameters: { realm: 'a "b"' } }, { scheme: 'bearer', parameters: { realm: 'plain' } }]],
  ['="x"', []],
])('challenge %j', (header, expected) => expect(parseChallenges(header)).toEqual(expected));

test('Basic: one challenge, and from then on each request has the login; the token goes without its scheme', async () => {
  await using registry = await scripted({ answers: { ...whole, [tag]: ok(manifest) }, challenge: ({ headers }) => (headers.authorization === BASIC ? null : 'Basic realm="here"') });
  expect(await registry.client.lookUp('t')).toMatchObject({ kind: 'present' });
  expect(registry.requests[0]).toBe('GET /v2/shop/manifests/t');
  expect(registry.requests.slice(1).every((line) => line.endsWith(BASIC))).toBe(true);
});

test('two requests at once that meet the challenge both answer it', async () => {
  await using registry = await scripted({ answers: { ...whole, [tag]: ok(manifest) }, challenge: ({ headers }) => (headers.authorization === BASIC ? null : 'Basic realm="here"') });
  const both = await Promise.all([registry.client.lookUp('t'), registry.client.lookUp('t')]);
  expect(both.map(({ kind }) => kind)).toEqual(['present', 'present']);
});

test('Bearer before Basic: a token of the realm for just this repository, the login to the realm alone', async () => {
  await using registry = await scripted({
    answers: { ...whole, [tag]: ok(manifest), '/token': ok('{"token":"given","expires_in":300}') },
    challenge: ({ url, headers }, host) => (url?.startsWith('/token') === true || headers.authorization === 'Bearer given' ? null : `Basic realm="x", Bearer realm="http://${host}/token",service="here"`),
  });
  expect(await registry.client.lookUp('t')).toMatchObject({ kind: 'present' });
  expect(registry.requests.filter((line) => line.includes('/token'))).toEqual([`GET /token?service=here&scope=repository%3Ashop%3Apull%2Cpush ${BASIC}`]);
  expect(registry.requests.filter((line) => line.includes('/v2/') && line.includes(BASIC))).toEqual([]);
});

test.each([
  ['another domain', 'Bearer realm="https://elsewhere.example/token"'],
  ['an address of the inside', 'Bearer realm="http://169.254.169.254/token"'],
  ['no URL', 'Bearer realm="token"'],
])('the login does not go to %s', async (_name, challenge) => {
  await using registry = await scripted({ answers: {}, challenge: () => challenge });
  expect(await registry.client.pushAccess()).toMatchObject({ kind: 'refused' });
  expect(registry.requests).toEqual(['GET /v2/shop/tags/list?n=1']);
});

const jwt = (actions: readonly string[]): string => `x.${Buffer.from(JSON.stringify({ access: [{ type: 'repository', name: 'shop', actions }] })).toString('base64url')}.x`;
const TAGS = '/v2/shop/tags/list';
test.each<[string, string, Parameters<typeof scripted>[0]['answers'], unknown]>([
  ['a token that says it grants both', jwt(['pull', 'push']), { [TAGS]: ok('{"tags":[]}') }, { kind: 'granted', proof: 'scope' }],
  ['a token that says it grants a pull alone', jwt(['pull']), { [TAGS]: ok('{"tags":[]}') }, { kind: 'refused', why: "the registry's token server grants pull where pull and push were asked for" }],
  ['a token that says it grants nothing', jwt([]), { [TAGS]: fault(401, 'UNAUTHORIZED') }, { kind: 'refused' }],
  ['a token that says nothing', 'opaque', { [TAGS]: ok('{"tags":[]}') }, { kind: 'granted', proof: 'login' }],
  ['a repository without an image', jwt(['pull', 'push']), { [TAGS]: fault(404, 'NAME_UNKNOWN', 'repository name not known to registry') }, { kind: 'granted', proof: 'scope' }],
  ["what Fly's registry says of a missing app", 'opaque', { [TAGS]: fault(404, 'NAME_UNKNOWN', 'app repository not found') }, { kind: 'unknown' }],
  ['a registry that is unwell', 'opaque', { [TAGS]: { status: 503 } }, { kind: 'unknown' }],
])('a push is asked for with its scope, and nothing is written: %s', async (_, token, answers, expected) => {
  await using registry = await scripted({
    answers: { ...answers, '/token': ok(JSON.stringify({ token })) },
    challenge: ({ url, headers }, host) => (url?.startsWith('/token') === true || headers.authorization === `Bearer ${token}` ? null : `Bearer realm="http://${host}/token",service="here"`),
  });
  expect(await registry.client.pushAccess()).toMatchObject(expected as object);
  expect(registry.requests.filter((line) => line.includes('/token'))).toEqual([expect.stringContaining('scope=repository%3Ashop%3Apull%2Cpush')]);
  expect(registry.requests.every((line) => line.startsWith('GET '))).toBe(true);
});

test('a login that is not taken is sent once', async () => {
  await using registry = await scripted({ answers: {}, challenge: () => 'Basic realm="here"' });
  expect(await registry.client.pushAccess()).toMatchObject({ kind: 'refused' });
  expect(registry.requests).toHaveLength(2);
});

test('a token server that is unwell is told apart from a login that is not taken', async () => {
  await using registry = await scripted({ answers: { '/token': { status: 500 } }, challenge: ({ url }, host) => (url?.startsWith('/token') === true ? null : `Bearer realm="http://${host}/token"`) });
  expect(await registry.client.pushAccess()).toEqual({ kind: 'unknown', why: expect.stringContaining(`token server ${registry.host} gave no token: the registry answered 500`) });
});

test.each([['a\nb'], ['a\u0000b']])('the token %j is refused, and not shown', (token) => {
  expect(() => loginOf(new Secret(token))).toThrow(/has a line break or another invisible character/);
  expect(loginOf(new Secret(`FlyV1 ${TOKEN}`)).password.reveal()).toBe(TOKEN);
});

test.each([
  ['registry.fly.io/Shop:v1', 'lower case'],
  ['https://registry.fly.io/shop:v1', 'begins with a scheme'],
  ['registry.fly.io/shop', 'neither a tag nor a digest'],
  ['registry.fly.io/shop:v 1', 'a space'],
  ['registry.fly.io/shop@sha256:12', 'no digest'],
  [`registry.fly.io/shop:${'v'.repeat(129)}`, 'longer than 128'],
  ['shop:v1', 'no registry host'],
])('input image %j is refused: %s', (text, words) => expect(() => parseImageName(text)).toThrow(words));

test('names that are taken', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(parseImageName(`registry.fly.io/shop:v1@${digest}`)).toEqual({ host: 'registry.fly.io', name: 'shop', tag: 'v1', digest });
  expect(parseImageRepository('127.0.0.1:5000/team/shop')).toEqual({ host: '127.0.0.1:5000', name: 'team/shop' });
  expect(() => parseImageRepository('registry.fly.io/shop:v1')).toThrow('without a scheme, a tag or a digest');
});
