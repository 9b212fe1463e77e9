import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { httpClient } from '../../src/net/index.ts';
import { parseImageRepository, registryClient, type ImageLookup } from '../../src/providers/registry/index.ts';
import { Secret } from '../../src/secrets/index.ts';

type Answer = { status: number; body?: string; headers?: Record<string, string> };
const servers: Server[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await new Promise((done) => { server.closeAllConnections(); server.close(done); }); });

const config = JSON.stringify({ config: { Labels: { 'org.opencontainers.image.revision': 'abc' } } });
const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: digest(config) }, layers: [] });
const index = JSON.stringify({ manifests: [{ digest: digest('other'), platform: { os: 'linux', architecture: 'arm64' } }, { digest: digest(manifest), platform: { os: 'linux', architecture: 'amd64' } }] });
const image = { [`/v2/shop/manifests/${digest(manifest)}`]: ok(manifest), [`/v2/shop/blobs/${digest(config)}`]: ok(config) };
const fault = (status: number, code: string, message = ''): Answer => ({ status, body: JSON.stringify({ errors: [{ code, message }] }) });

test.each<[string, Record<string, Answer>, Partial<ImageLookup>]>([
  ['a manifest', { ...image, '/v2/shop/manifests/t': ok(manifest) }, { kind: 'present', digest: digest(manifest), labels: { 'org.opencontainers.image.revision': 'abc' } }],
  ['an index', { ...image, '/v2/shop/manifests/t': ok(index) }, { kind: 'present', digest: digest(index), labels: { 'org.opencontainers.image.revision': 'abc' } }],
  ['an unknown manifest', { '/v2/shop/manifests/t': fault(404, 'MANIFEST_UNKNOWN') }, { kind: 'absent' }],
  ['an unknown repository', { '/v2/shop/manifests/t': fault(404, 'NAME_UNKNOWN', 'repository name not known') }, { kind: 'absent' }],
  ['Fly\'s 404 of an unwell registry', { '/v2/shop/manifests/t': fault(404, 'NAME_UNKNOWN', 'app repository not found') }, { kind: 'unknown' }],
  ['a 404 that is not a registry\'s', { '/v2/shop/manifests/t': { status: 404, body: '<html>' } }, { kind: 'unknown' }],
  ['a refusal', { '/v2/shop/manifests/t': fault(403, 'DENIED') }, { kind: 'unknown' }],
  ['a broken server', { '/v2/shop/manifests/t': { status: 500 } }, { kind: 'unknown' }],
  ['an index whose image is gone', { '/v2/shop/manifests/t': ok(index), [`/v2/shop/manifests/${digest(manifest)}`]: fault(404, 'MANIFEST_UNKNOWN') }, { kind: 'unknown' }],
  ['a config of other content', { ...image, '/v2/shop/manifests/t': ok(manifest), [`/v2/shop/blobs/${digest(config)}`]: ok('{}') }, { kind: 'unknown' }],
])('%s → look-up', async (_name, answers, expected) => {
  const { client } = await registry(answers);
  expect(await client.lookUp('t')).toMatchObject(expected);
});

test('a Bearer challenge is answered with a token of the realm, a Basic one with the token as password, without its scheme', async () => {
  const bearer = await registry({ ...image, '/v2/shop/manifests/t': ok(manifest), '/token': ok('{"token":"given"}') }, (request, host) =>
    request.url?.startsWith('/token') === true || request.headers.authorization === 'Bearer given' ? null : `Bearer realm="http://${host}/token",service="here"`);
  expect(await bearer.client.lookUp('t')).toMatchObject({ kind: 'present' });
  expect(bearer.requests.find((line) => line.startsWith('/token'))).toBe(`/token?service=here&scope=repository%3Ashop%3Apull%2Cpush Basic ${Buffer.from('x:secret-value').toString('base64')}`);
  const basic = await registry({ '/v2/': ok('{}') }, (request) => (request.headers.authorization === `Basic ${Buffer.from('x:secret-value').toString('base64')}` ? null : 'Basic realm="here"'));
  expect(await basic.client.pushAccess()).toEqual({ kind: 'granted' });
});

test('the credential goes to no other host than the registry\'s', async () => {
  const { client, requests } = await registry({}, () => 'Bearer realm="http://elsewhere.example/token"');
  expect(await client.pushAccess()).toMatchObject({ kind: 'refused' });
  expect(requests).toEqual(['/v2/ ']);
});

async function registry(answers: Record<string, Answer>, challenge: (request: IncomingMessage, host: string) => string | null = () => null) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
    const wanted = challenge(request, request.headers.host ?? '');
    const answer = wanted === null ? answers[(request.url ?? '').split('?')[0] ?? ''] ?? fault(404, 'MANIFEST_UNKNOWN') : { status: 401, headers: { 'www-authenticate': wanted } };
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  servers.push(server);
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  const repository = parseImageRepository(`127.0.0.1:${(server.address() as AddressInfo).port}/shop`);
  const http = httpClient({ attempts: 1 });
  return { requests, client: registryClient({ http, token: new Secret('FlyV1 secret-value'), repository }) };
}

function ok(body: string): Answer {
  return { status: 200, body };
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
