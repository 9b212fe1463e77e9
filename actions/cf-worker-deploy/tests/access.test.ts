import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { AccessApp } from '@vendure-deploy/shared/providers/cloudflare';
import type { Answer, Evidence, Guarded } from '../src/access/evidence.ts';
import { judgeAccess } from '../src/access/judge.ts';

const HOST = 'preview.shop.example';
const TEAM = 'shop.cloudflareaccess.com';
const AUD = 'a'.repeat(64);
const NOW = Date.parse('2026-11-26T12:00:00Z');
const wanted: Guarded = { host: HOST, teamHost: TEAM, audience: AUD, paths: ['/', '/__version', '/assets/app.js'] };

const pair = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const [ours, other] = [pair(), pair()];
const jwks = { keys: [{ kid: 'k1', alg: 'RS256', use: 'sig', ...createPublicKey(ours).export({ format: 'jwk' }) }] };

interface Forging {
  readonly key?: KeyObject;
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
}

function jwt({ key = ours, header = {}, claims = {} }: Forging = {}): string {
  const payload = { type: 'match', hostname: HOST, auth_domain: TEAM, aud: AUD, app_hostname: HOST, iat: NOW / 1000, ...claims };
  const signed = [{ alg: 'RS256', typ: 'JWT', kid: 'k1', ...header }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

const answered = (change: Partial<Extract<Answer, { kind: 'answered' }>> = {}): Answer => ({ kind: 'answered', status: 302, location: `https://${TEAM}/cdn-cgi/access/login/${HOST}?kid=${AUD}`, metadata: null, version: null, challenged: false, ...change });
const TIMEOUT: Answer = { kind: 'none', why: 'GET preview.shop.example/: no answer within 10000 ms' };
const app = (change: Partial<AccessApp> = {}): AccessApp => ({ id: '1', name: 'Preview', audience: AUD, domains: [HOST], publicPaths: [], decisions: ['allow', 'non_identity'], ...change });

/** The evidence of a host that is protected, with one thing different. */
function evidence({ metadata = jwt(), at = {}, asked = {}, keys = { kind: 'read', jwks }, apps = { kind: 'read', apps: [app()] } }: {
  metadata?: string | null; at?: Record<string, Answer>; asked?: Record<string, Answer>; keys?: Evidence['keys']; apps?: Evidence['apps'];
} = {}): Evidence {
  return {
    keys,
    asked: wanted.paths.map((path) => ({ path, answer: asked[path] ?? answered({ metadata }) })),
    visited: [...wanted.paths, '/random'].map((path) => ({ path, answer: at[path] ?? answered() })),
    apps,
  };
}

const listed = (...apps: AccessApp[]): Evidence['apps'] => ({ kind: 'read', apps });
const proof = (given: Evidence, guarded: Guarded = wanted) => judgeAccess(guarded, given, NOW);

test.each<[string, Evidence, boolean]>([
  ['people log in, the account agrees', evidence(), true],
  ['only service tokens pass: 403', evidence({ at: { '/': answered({ status: 403, location: null }), '/random': answered({ status: 401, location: null }) } }), true],
  ['the token may not read the applications', evidence({ apps: { kind: 'not-allowed' } }), false],
  ['the key is one of several', evidence({ keys: { kind: 'read', jwks: { keys: [{ ...jwks.keys[0], kid: 'k0' }, ...jwks.keys] } } }), true],
  ['the audience is a list of one', evidence({ metadata: jwt({ claims: { aud: [AUD] } }) }), true],
  ['it was signed a minute ahead of our clock', evidence({ metadata: jwt({ claims: { iat: NOW / 1000 + 60 } }) }), true],
  ['an open wildcard around the closed host', evidence({ apps: listed(app({ id: '2', domains: ['*.shop.example'], decisions: ['bypass'] }), app()) }), true],
  ['another host of the account is open', evidence({ apps: listed(app(), app({ id: '2', domains: ['www.shop.example'], decisions: ['bypass'] })) }), true],
  ['a wildcard is the application', evidence({ apps: listed(app({ domains: ['*.shop.example'] })) }), true],
  ['a part of the host has an application that is closed as well', evidence({ apps: listed(app(), app({ id: '2', audience: 'b'.repeat(64), domains: [`${HOST}/admin`], decisions: ['allow'] })) }), true],
])('proven: %s', async (_, given, controlPlane) => {
  expect(await proof(given)).toEqual({ kind: 'proven', audience: AUD, controlPlane });
});

test.each<[string, Evidence, string]>([
  // what is so                                      what was read                                                                         why it proves nothing
  ['Access is missing, the Worker answers',          evidence({ at: { '/': answered({ status: 200, location: null, version: 'v1' }) } }),  'answers anybody with version v1'],
  ['Access fails open on one path',                  evidence({ at: { '/random': answered({ status: 404, location: null, version: 'v1' }) } }), '/random answers anybody with version v1'],
  ['a redirect that carries our version',            evidence({ at: { '/': answered({ version: 'v1' }) } }),                               'answers anybody'],
  ['a bypass on a sub-path',                         evidence({ at: { '/assets/app.js': answered({ status: 200, location: null }) } }),    '/assets/app.js lets anybody through'],
  ['the host is not live yet: 404',                  evidence({ at: { '/': answered({ status: 404, location: null }) } }),                 'not live yet (HTTP 404)'],
  ['the host is not live yet: 522',                  evidence({ at: { '/': answered({ status: 522, location: null }) } }),                 'not live yet (HTTP 522)'],
  ['the host has no name yet',                       evidence({ at: { '/': { kind: 'none', why: 'no such host' } } }),                     'gave no answer (no such host)'],
  ['a visit takes too long',                         evidence({ at: { '/__version': TIMEOUT } }),                                          'no answer within'],
  ['the login of another team',                      evidence({ at: { '/': answered({ location: `https://evil.cloudflareaccess.com/cdn-cgi/access/login/${HOST}` }) } }), 'not to the login of'],
  ['a host that only ends like the team',            evidence({ at: { '/': answered({ location: `https://${TEAM}.evil.example/cdn-cgi/access/login/${HOST}` }) } }), 'not to the login of'],
  ['a team whose name ends like ours',               evidence({ at: { '/': answered({ location: `https://evil${TEAM}/cdn-cgi/access/login/${HOST}` }) } }), 'not to the login of'],
  ['the team as a user name',                        evidence({ at: { '/': answered({ location: `https://${TEAM}@evil.example/cdn-cgi/access/login/${HOST}` }) } }), 'not to the login of'],
  ['the login by http',                              evidence({ at: { '/': answered({ location: `http://${TEAM}/cdn-cgi/access/login/${HOST}` }) } }), 'not to the login of'],
  ['the login of another host',                      evidence({ at: { '/': answered({ location: `https://${TEAM}/cdn-cgi/access/login/www.shop.example` }) } }), 'not to the login of'],
  ['a redirect to a relative address',               evidence({ at: { '/': answered({ location: `/cdn-cgi/access/login/${HOST}` }) } }),   'not to the login of'],
  ['a redirect to nowhere',                          evidence({ at: { '/': answered({ location: null }) } }),                              'redirects to nowhere'],
  ['a permanent redirect',                           evidence({ at: { '/': answered({ status: 301 }) } }),                                 'HTTP 301'],
  ['a challenge of the firewall',                    evidence({ at: { '/': answered({ status: 403, location: null, challenged: true }) } }), 'challenge of the firewall'],
  ['no metadata: a Worker that redirects by itself', evidence({ metadata: null }),                                                         'shows no metadata of Access'],
  ['no metadata on one path',                        evidence({ asked: { '/assets/app.js': answered() } }),                                '/assets/app.js shows no metadata'],
  ['the question for metadata takes too long',       evidence({ asked: { '/': TIMEOUT } }),                                                'no answer within'],
  ['metadata that another key signed',               evidence({ metadata: jwt({ key: other }) }),                                          'the keys of the team did not sign it'],
  ['metadata of a key that the team has not',        evidence({ metadata: jwt({ header: { kid: 'k9' } }) }),                               'the keys of the team did not sign it'],
  ['metadata that nobody signed',                    evidence({ metadata: `${jwt({ header: { alg: 'none' } }).split('.').slice(0, 2).join('.')}.` }), 'the keys of the team did not sign it'],
  ['metadata signed with the public key as a secret', evidence({ metadata: jwt({ header: { alg: 'HS256' } }) }),                           'the keys of the team did not sign it'],
  ['metadata whose claims were changed',             evidence({ metadata: jwt().replace(/\.[^.]+\./u, `.${Buffer.from('{}').toString('base64url')}.`) }), 'the keys of the team did not sign it'],
  ['metadata that is no token',                      evidence({ metadata: 'yes' }),                                                        'the keys of the team did not sign it'],
  ['metadata without the claims of Access',          evidence({ metadata: jwt({ claims: { hostname: undefined } }) }),                     'its claims are not those of Access'],
  ['metadata of another team, validly signed',       evidence({ metadata: jwt({ claims: { auth_domain: 'evil.cloudflareaccess.com' } }) }), `it is of evil.cloudflareaccess.com, not of ${TEAM}`],
  ['no application matches',                         evidence({ metadata: jwt({ claims: { type: 'no_match' } }) }),                        'no application matches'],
  ['metadata about another host',                    evidence({ metadata: jwt({ claims: { hostname: 'www.shop.example' } }) }),            'it is about www.shop.example'],
  ['an empty audience',                              evidence({ metadata: jwt({ claims: { aud: '' } }) }),                                 'it names no application'],
  ['no audience',                                    evidence({ metadata: jwt({ claims: { aud: [] } }) }),                                 'it names no application'],
  ['two audiences',                                  evidence({ metadata: jwt({ claims: { aud: [AUD, 'b'] } }) }),                         'or several'],
  ['another audience than configured',               evidence({ metadata: jwt({ claims: { aud: 'b'.repeat(64) } }) }),                     '`access.audience` says'],
  ['metadata of the day before yesterday',           evidence({ metadata: jwt({ claims: { iat: NOW / 1000 - 25 * 3600 } }) }),             'more than a day ago'],
  ['metadata of in ten minutes',                     evidence({ metadata: jwt({ claims: { iat: NOW / 1000 + 600 } }) }),                   'still to come'],
  ['the keys cannot be read',                        evidence({ keys: { kind: 'unreadable', why: 'HTTP 404' } }),                          `the keys of ${TEAM} could not be read: HTTP 404`],
  ['the keys are none',                              evidence({ keys: { kind: 'read', jwks: { hello: 1 } } }),                             'the keys of the team did not sign it'],
  ['the keys are null',                              evidence({ keys: { kind: 'read', jwks: null } }),                                     'the keys of the team did not sign it'],
  ['the applications could not be read',             evidence({ apps: { kind: 'unreadable', why: 'HTTP 500' } }),                          'the Access applications could not be read: HTTP 500'],
  ['the account has no application for the host',    evidence({ apps: listed(app({ domains: ['www.shop.example'] })) }),                   `no Access application of the account covers all of ${HOST}`],
  ['the application covers a part only',             evidence({ apps: listed(app({ domains: [`${HOST}/assets`] })) }),                     'covers all of'],
  ['the application has another audience',           evidence({ apps: listed(app({ audience: 'b'.repeat(64) })) }),                        'covers all of'],
  ['the application lets everybody through',         evidence({ apps: listed(app({ decisions: ['allow', 'bypass'] })) }),                  'policy bypass'],
  ['a bypass on a path that nobody visited',         evidence({ apps: listed(app(), app({ id: '2', name: 'Hole', audience: 'b'.repeat(64), domains: [`${HOST}/webhooks`], decisions: ['bypass'] })) }), '"Hole" lets everybody through'],
  ['an override that is public',                     evidence({ apps: listed(app({ publicPaths: ['/webhooks/*'] })) }),                    'leaves paths of preview.shop.example open to everybody (/webhooks/*)'],
  ['policies that nobody could read',                evidence({ apps: listed(app({ decisions: null })) }),                                 'are not known'],
  ['a wildcard that is closed, one that is open',    evidence({ apps: listed(app({ domains: ['*.shop.example'] }), app({ id: '2', domains: ['prev*.shop.example'], decisions: ['bypass'] })) }), 'policy bypass'],
])('unproven: %s', async (_, given, why) => {
  expect(await proof(given)).toEqual({ kind: 'unproven', why: expect.stringContaining(why) });
});

describe('without a configured audience', () => {
  const any: Guarded = { ...wanted, audience: null };

  test('any application of the team is taken, as long as it is one', async () => {
    expect(await proof(evidence(), any)).toMatchObject({ kind: 'proven', audience: AUD });
    const two = evidence({ asked: { '/assets/app.js': answered({ metadata: jwt({ claims: { aud: 'b'.repeat(64) } }) }) } });
    expect(await proof(two, any)).toEqual({ kind: 'unproven', why: expect.stringContaining('several Access applications') });
  });
});

test('nothing read is nothing proven', async () => {
  const nothing: Evidence = { keys: { kind: 'read', jwks }, asked: [], visited: [], apps: { kind: 'not-allowed' } };
  expect(await proof(nothing)).toMatchObject({ kind: 'unproven' });
  expect(await proof({ ...nothing, visited: evidence().visited })).toMatchObject({ kind: 'unproven' });
  expect(await proof({ ...evidence(), visited: [] })).toMatchObject({ kind: 'unproven' });
});
