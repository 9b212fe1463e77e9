import { expect, test } from '@jest/globals';
import { ProviderError } from '@vendure-deploy/shared/providers/fly';
import type { TokenState } from '@vendure-deploy/shared/providers/cloudflare';
import type { TokenRights } from '@vendure-deploy/shared/providers/github';
import { judgeAwsIdentity, judgeAwsRefusal } from '../src/checks/aws-login.ts';
import { type CloudflareReading, judgeCloudflareToken } from '../src/checks/cloudflare-token.ts';
import { expiryOf } from '../src/checks/expiry.ts';
import { type FlyReading, judgeFlyToken } from '../src/checks/fly-token.ts';
import { judgeGithubRefusal, judgeGithubToken, readPermissions } from '../src/checks/github-token.ts';
import { judgeRegistryLogin } from '../src/checks/registry-login.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const DAY = 86_400_000;
const says = (code: ProviderError['code']): ProviderError => new ProviderError(code, `the provider said ${code}`);
const unread = (code: ProviderError['code']) => ({ kind: 'unread', error: says(code) }) as const;
const read = <T>(value: T) => ({ kind: 'read', value }) as const;

test.each([
  [null, '', false], [now + 14 * DAY, '; it ends on 2026-01-15', false], [now + 13 * DAY, '; it ends on 2026-01-14, in 13 days', true], [now + DAY, '; it ends on 2026-01-02, in 1 day', true], [now - DAY, '; it ends on 2025-12-31, in 0 days', true],
])('an end at %s is told as %j, and is soon: %s', (endsAt, text, soon) => expect(expiryOf(endsAt, now)).toMatchObject({ text, soon }));

const FLY: FlyReading = { app: 'shop', input: 'fly-api-token', reach: read(['shop']), machines: read([]), secrets: read([]), owner: read('x@tokens.fly.io'), endsAt: null, now };
test.each<[string, Partial<FlyReading>, string, string]>([
  ['a deploy token of the app', {}, 'ok', 'a token that reads the app shop, its Machines and its secrets'],
  ['one of the organization', { reach: read(['shop', 'other']) }, 'warning', 'reaches 1 more app of the organization'],
  ["a person's", { owner: read('someone@example.com') }, 'warning', "a person's token"],
  ['one that ends soon', { endsAt: now + 3 * DAY }, 'warning', 'it ends on 2026-01-04, in 3 days'],
  ['one that Fly does not know', { reach: unread('unauthorized') }, 'failed', 'is wrong, was revoked or has expired'],
  ['one that has ended by its own word', { reach: unread('unauthorized'), endsAt: now - DAY }, 'failed', 'it ends on 2025-12-31'],
  ["another app's", { reach: unread('not-found') }, 'failed', 'Fly knows no app shop for this token'],
  ['one that may not read the app', { reach: unread('forbidden') }, 'failed', 'may not read it'],
  ['one that may not see the secrets', { secrets: unread('forbidden') }, 'failed', 'but not its secrets'],
  ['Fly is unwell', { reach: unread('unavailable') }, 'failed', 'whether the token is good is not known'],
  ['Fly is unwell when asked for the secrets', { secrets: unread('unavailable') }, 'warning', 'its secrets could not be read'],
  ['Fly does not say whose it is', { owner: unread('unavailable') }, 'ok', 'a token that reads the app shop'],
])('Fly: %s', (_, given, status, evidence) => expect(judgeFlyToken({ ...FLY, ...given })).toMatchObject({ status, evidence: expect.stringContaining(evidence) }));

const ACCOUNT = '0'.repeat(32);
const state = (more: Partial<TokenState> = {}): CloudflareReading['token'] => ({ kind: 'known', state: { kind: 'user', status: 'active', endsAt: null, beginsAt: null, ...more } });
const right = (permission: string, code: ProviderError['code'] | null = null, needed: 'deploy' | 'set-up' = 'deploy') => ({ permission, needed, error: code === null ? null : says(code) });
const WORKERS = right('"Workers Scripts: Edit"');
const CLOUDFLARE: CloudflareReading = { account: ACCOUNT, token: state(), looksLikeGlobalKey: false, rights: [WORKERS], now };
test.each<[string, Partial<CloudflareReading>, string, string]>([
  ["a user's token", {}, 'ok', "a user's token is active"],
  ["the account's own", { token: state({ kind: 'account' }) }, 'ok', "the account's own token is active"],
  ['one that is disabled', { token: state({ status: 'disabled' }) }, 'failed', 'is disabled'],
  ['one that has expired', { token: state({ status: 'expired' }) }, 'failed', 'is expired'],
  ['one that works only later', { token: state({ beginsAt: now + DAY }) }, 'failed', 'works only from 2026-01-02'],
  ['one that ends soon', { token: state({ endsAt: now + DAY }) }, 'warning', 'it ends on 2026-01-02, in 1 day'],
  ['one that nobody knows', { token: { kind: 'unknown', error: says('unauthorized') } }, 'failed', 'knows no such token'],
  ['a Global API Key', { token: { kind: 'unknown', error: says('unauthorized') }, looksLikeGlobalKey: true }, 'failed', 'Global API Key'],
  ["another account's", { token: { kind: 'unknown', error: says('forbidden') } }, 'failed', "it is another account's"],
  ['Cloudflare is unwell', { token: { kind: 'unknown', error: says('unavailable') } }, 'failed', 'whether the token is good is not known'],
  ['Cloudflare counts too many requests', { token: { kind: 'unknown', error: says('rate-limited') } }, 'failed', 'whether the token is good is not known'],
  ['one without the Workers', { rights: [right('"Workers Scripts: Edit"', 'forbidden')] }, 'failed', 'it lacks "Workers Scripts: Edit"'],
  ['one without a right of the set-up', { rights: [WORKERS, right('"Workers KV Storage: Edit"', 'forbidden', 'set-up')] }, 'warning', 'which only the operation ensure-resources needs'],
  ['a right that could not be read', { rights: [WORKERS, right('"Access"', 'unavailable')] }, 'warning', 'not known, because Cloudflare did not say: "Access"'],
])('Cloudflare: %s', (_, given, status, evidence) => expect(judgeCloudflareToken({ ...CLOUDFLARE, ...given })).toMatchObject({ status, evidence: expect.stringContaining(evidence) }));

const areas = (more: Partial<TokenRights['areas']> = {}): TokenRights['areas'] => ({ contents: { read: 'yes', write: 'no' }, actions: { read: 'yes', write: 'unknown' }, deployments: { read: 'yes', write: 'unknown' }, ...more });
test.each<[string, string[], TokenRights, string, string]>([
  ['what preflight itself needs', ['contents: read', 'actions: read'], { areas: areas(), endsAt: null }, 'ok', 'the token has contents: read, actions: read'],
  ['a write that git refuses', ['contents: write'], { areas: areas(), endsAt: null }, 'failed', 'the token lacks contents: write'],
  ['a write that only a write would tell', ['deployments: write'], { areas: areas(), endsAt: null }, 'ok', 'only a write would tell whether it has deployments: write'],
  ['a read that is refused', ['actions: read'], { areas: areas({ actions: { read: 'no', write: 'no' } }), endsAt: null }, 'failed', 'the token lacks actions: read'],
  ['a token that ends soon', ['contents: read'], { areas: areas(), endsAt: now + DAY }, 'warning', 'it ends on 2026-01-02'],
])('GitHub: %s', (_, wanted, rights, status, evidence) => expect(judgeGithubToken(rights, readPermissions(wanted), now)).toMatchObject({ status, evidence: expect.stringContaining(evidence) }));

test.each([['unauthorized', 'does not know the token'], ['not-found', 'does not reach the repository'], ['unavailable', 'is not known']] as const)('GitHub says %s: %s', (code, evidence) => {
  expect(judgeGithubRefusal(says(code))).toMatchObject({ status: 'failed', evidence: expect.stringContaining(evidence) });
});

test.each(['contents', 'contents: admin', 'packages: write', ''])('the permission %j is refused with what is allowed', (line) => {
  expect(() => readPermissions([line])).toThrow('Allowed: contents: read or write');
});

test.each<[string, Parameters<typeof judgeRegistryLogin>[0], string, string]>([
  ['a scope that was granted', { kind: 'granted', proof: 'scope' }, 'ok', 'grants pull and push'],
  ['a login that was taken', { kind: 'granted', proof: 'login' }, 'ok', 'takes the login'],
  ['a login that was refused', { kind: 'refused', why: 'the registry answered 401' }, 'failed', 'the registry answered 401'],
  ['a registry that is unwell', { kind: 'unknown', why: 'the registry answered 503' }, 'failed', 'whether the login is good is not known'],
])('registry: %s', (_, access, status, evidence) => expect(judgeRegistryLogin(access, { repository: 'r', app: 'a' })).toMatchObject({ status, evidence: expect.stringContaining(evidence) }));

test('AWS: the account is compared, a refusal says what to do, and no answer is no refusal', () => {
  const login = { kind: 'profile', name: 'default' } as const;
  const identity = { account: '1'.repeat(12), arn: 'arn:aws:iam::111111111111:user/x' };
  expect(judgeAwsIdentity(identity, identity.account, 'credentials')).toMatchObject({ status: 'ok' });
  expect(judgeAwsIdentity(identity, '2'.repeat(12), 'credentials')).toMatchObject({ status: 'failed', evidence: expect.stringContaining('the configuration wants 222222222222') });
  expect(judgeAwsRefusal(says('unauthorized'), login)).toMatchObject({ status: 'failed', next: expect.stringContaining('aws sso login --profile default') });
  expect(judgeAwsRefusal(says('unavailable'), login)).toMatchObject({ status: 'failed', evidence: expect.stringContaining('is not known') });
});
