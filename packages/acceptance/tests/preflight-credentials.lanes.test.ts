import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Twin } from '@vendure-deploy/twin';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { expectKept } from './stage/leaks.ts';
import { type Given, openPreflightWorld, type PreflightWorld, UNTOUCHED } from './stage/preflight-world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('preflight');
const DAY = 86_400_000;
let world: PreflightWorld;
let home: string;

beforeAll(async () => {
  world = await openPreflightWorld();
  home = await mkdtemp(join(tmpdir(), 'preflight-home-'));
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await world[Symbol.asyncDispose]();
});

type State = (twin: Twin) => Given;
const inputs = (given: Readonly<Record<string, string>>): Given => ({ inputs: { 'probe-timeout-seconds': '2', ...given } });
const fly = (token: (twin: Twin) => string): State => (twin) => inputs({ 'fly-api-token': token(twin) });
const cloudflare = (token: Parameters<Twin['cloudflare']['issueToken']>[0]): State => (twin) => inputs({ 'cloudflare-api-token': twin.cloudflare.issueToken(token) });
const github = (permissions: Parameters<Twin['github']['issueToken']>[0], wanted = ''): State => (twin) => inputs({ 'github-token': twin.github.issueToken(permissions), 'github-permissions': wanted });
const fault = (...faults: string[]): State => () => ({ ...inputs({}), faults });
const at = (days: number): number => Date.now() + days * DAY;
const iso = (days: number): string => new Date(at(days)).toISOString();

const ROUTE = '        route: { zone: shop.example, pattern: "dashboard.shop.example/*" }\n        access: { team: shop-example, paths: [/assets/app.js] }\n        resources: { kv: [shop-flags], r2: [shop-cache] }\n';
/** A Dashboard that needs everything that a Worker can. */
const demanding = (yaml: string): string => yaml.replace('        artifact: [apps/dashboard', `${ROUTE}        artifact: [apps/dashboard`);
const withAll = (state: State): State => (twin) => ({ ...state(twin), config: demanding });
const EVERYTHING = ['workers-scripts', 'workers-routes', 'zone', 'kv', 'r2', 'access'] as const;
const without = (permission: (typeof EVERYTHING)[number]): State => withAll(cloudflare({ kind: 'user', permissions: EVERYTHING.filter((one) => one !== permission) }));

describe.each<[string, readonly [string, State, string, string][]]>([
  ['fly-token', [
    ['a deploy token of the app', fly((twin) => twin.fly.deployToken('shop-production')), 'ok', 'a token that reads the app shop-production, its Machines and its secrets'],
    ['one that says when it ends', fly((twin) => twin.fly.endingToken('shop-production', at(60))), 'ok', `it ends on ${iso(60).slice(0, 10)}`],
    ['one that ends within two weeks', fly((twin) => `FlyV1 ${twin.fly.endingToken('shop-production', at(3))}`), 'warning', `it ends on ${iso(3).slice(0, 10)}, in 2 days`],
    ['one that has ended', fly((twin) => twin.fly.endingToken('shop-production', at(-1))), 'failed', `has expired; it ends on ${iso(-1).slice(0, 10)}`],
    ['one that nobody knows', fly(() => 'fo1_wrong'), 'failed', 'the token is wrong, was revoked or has expired'],
    ['none', fly(() => ''), 'failed', 'the input `fly-api-token` is empty'],
    ['one that may not see the secrets', fault('fly GET /v1/apps/*/secrets * 403'), 'failed', 'but not its secrets'],
    ['one that may not see the Machines', fault('fly GET /v1/apps/*/machines * 403'), 'failed', 'but not its machines'],
    ['Fly is unwell', fault('fly GET /v1/apps/** * 503'), 'failed', 'whether the token is good is not known'],
    ['Fly hangs', fault('fly GET /v1/apps/** * hang'), 'failed', 'whether the token is good is not known'],
    ['Fly does not tell its secrets', fault('fly GET /v1/apps/*/secrets * 503'), 'warning', 'its secrets could not be read'],
    ['Fly answers garbage', fault('fly GET /v1/apps/shop-production * body {}'), 'failed', 'whether the token is good is not known'],
  ]],
  ['cloudflare-token', [
    ["a user's token", cloudflare({ kind: 'user' }), 'ok', "a user's token is active and reads"],
    ["the account's own", cloudflare({ kind: 'account' }), 'ok', "the account's own token is active"],
    ["an old one of a user", cloudflare({ kind: 'user', isOld: true }), 'ok', "a user's token is active"],
    ["an old one of the account", cloudflare({ kind: 'account', isOld: true }), 'ok', "the account's own token is active"],
    ['one that ends within two weeks', cloudflare({ kind: 'user', expiresOn: iso(5) }), 'warning', `it ends on ${iso(5).slice(0, 10)}, in 4 days`],
    ['one that has expired', cloudflare({ kind: 'account', status: 'expired', expiresOn: iso(-1) }), 'failed', 'is expired'],
    ['one that is disabled', cloudflare({ kind: 'user', status: 'disabled' }), 'failed', "(a user's token) is disabled"],
    ['one that works only later', cloudflare({ kind: 'user', notBefore: iso(1) }), 'failed', 'works only from'],
    ["another account's, of a user", cloudflare({ kind: 'user', isElsewhere: true }), 'failed', "or it is another account's"],
    ["another account's own", cloudflare({ kind: 'account', isElsewhere: true }), 'failed', 'knows no such token'],
    ['one that nobody knows', () => inputs({ 'cloudflare-api-token': 'x'.repeat(40) }), 'failed', 'knows no such token'],
    ['what is no token', () => inputs({ 'cloudflare-api-token': 'short' }), 'failed', 'knows no such token'],
    ['a Global API Key', () => inputs({ 'cloudflare-api-token': 'a1'.repeat(18).concat('b') }), 'failed', 'Global API Key'],
    ['none', () => inputs({ 'cloudflare-api-token': '' }), 'failed', 'the input `cloudflare-api-token` is empty'],
    ['one that may do nothing', cloudflare({ kind: 'user', permissions: [] }), 'failed', 'it lacks "Workers Scripts: Edit"'],
    ['one that may do everything that is needed', withAll(cloudflare({ kind: 'account', permissions: EVERYTHING })), 'ok', 'reads Workers Scripts, Zone and Workers Routes (zone shop.example), Access: Apps and Policies, Workers KV Storage, Workers R2 Storage'],
    ['one without the zone', without('zone'), 'failed', 'it lacks "Zone: Read" and "Workers Routes: Edit" (zone shop.example)'],
    ['one without its routes', without('workers-routes'), 'failed', 'it lacks "Zone: Read" and "Workers Routes: Edit" (zone shop.example)'],
    ['one without Access', without('access'), 'failed', 'it lacks "Access: Apps and Policies: Read"'],
    ['one without KV', without('kv'), 'warning', 'it lacks "Workers KV Storage: Edit", which only the operation ensure-resources needs'],
    ['one without R2', without('r2'), 'warning', 'it lacks "Workers R2 Storage: Edit", which only the operation ensure-resources needs'],
    ['Cloudflare is unwell', fault('cloudflare GET /client/v4/** * 503'), 'failed', 'whether the token is good is not known'],
    ['Cloudflare counts too many requests', fault('cloudflare GET /client/v4/** * 429 retry-after=60'), 'failed', 'whether the token is good is not known'],
    ['Cloudflare hangs', fault('cloudflare GET /client/v4/** * hang'), 'failed', 'whether the token is good is not known'],
    ['Cloudflare sends a web page', fault('cloudflare GET /client/v4/** * html'), 'failed', 'whether the token is good is not known'],
    ['Cloudflare does not tell a right', fault('cloudflare GET /client/v4/accounts/*/workers/** * 503'), 'warning', 'not known, because Cloudflare did not say: "Workers Scripts: Edit"'],
  ]],
  ['registry-login', [
    ['a deploy token of the app', fly((twin) => twin.fly.deployToken('shop-production')), 'ok', 'the registry takes the login for registry.fly.io/shop-production; nothing was pushed'],
    ['a token of its own', (twin) => inputs({ 'registry-token': twin.credentials.flyApiToken }), 'ok', 'takes the login'],
    ['one that nobody knows', () => inputs({ 'registry-token': 'fo1_wrong' }), 'failed', 'the registry answered 401'],
    ['the registry is unwell', fault('registry GET /v2/** * 503'), 'failed', 'whether the login is good is not known'],
    ['the registry hangs', fault('registry GET /v2/** * hang'), 'failed', 'whether the login is good is not known'],
  ]],
  ['github-token', [
    ['what preflight needs', github({ contents: 'read', actions: 'read' }), 'ok', 'the token has contents: read, actions: read'],
    ['what a whole deploy needs, as far as reading tells', github({ contents: 'write', actions: 'read', deployments: 'write' }, 'contents: write\nactions: read\ndeployments: write'), 'ok', 'the token has contents: write, actions: read; only a write would tell whether it has deployments: write'],
    ['one that may not push', github({ contents: 'read', actions: 'read' }, 'contents: write'), 'failed', 'the token lacks contents: write'],
    ['one that may not see runs', github({ contents: 'read' }), 'failed', 'the token lacks actions: read'],
    ['one that may not see deployments', github({ contents: 'read', actions: 'read' }, 'deployments: write'), 'failed', 'the token lacks deployments: write'],
    ['one that nobody knows', () => inputs({ 'github-token': 'ghs_wrong' }), 'failed', 'GitHub does not know the token'],
    ['GitHub is unwell', fault('github GET /repos/example/shop * 503'), 'failed', 'whether the token is good is not known'],
    ['GitHub hangs', fault('github GET /repos/example/shop * hang'), 'failed', 'whether the token is good is not known'],
  ]],
])('%s', (id, states) => {
  test.each(states)('%s', async (_, state, status, evidence) => {
    const { run, checks, traces } = await world.ask(state(world.twin));
    expect(checks[id]).toMatchObject({ status, evidence: expect.stringContaining(evidence) });
    if (status === 'failed') {
      expect(run.outputs).toMatchObject({ decision: 'failed', sha: '' });
      expect(annotations(run)[0]).toContain(checks[id]?.next);
      expect(checks[id]?.next).toMatch(/\S/u);
    } else {
      expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
    }
    // Whatever was wrong, every other question was asked: none is missing.
    expect(Object.keys(checks)).toEqual(expect.arrayContaining(['ref', 'github-token', 'fly-token', 'registry-login', 'cloudflare-token', 'lock', 'image', 'production', 'machine-settle']));
    expect(traces).toEqual(UNTOUCHED);
  });
});

test('a token of the whole organization is a warning that says what to type', async () => {
  world.twin.fly.addApp({ name: 'another', hosts: [], secrets: {} });
  const { checks } = await world.ask({ inputs: { 'fly-api-token': world.twin.credentials.flyApiToken } });
  await world.twin.fly.removeApp('another');
  expect(checks['fly-token']).toMatchObject({ status: 'warning', evidence: expect.stringContaining('reaches 1 more app of the organization'), next: expect.stringContaining('fly tokens create deploy -a shop-production --expiry 720h') });
});

const identity = (): Readonly<Record<string, string>> => world.twin.github.identityEnvironment({
  repository: 'example/shop', ref: 'refs/heads/main', sha: world.commits.main, actor: 'operator', runId: 1001, runAttempt: 1, environment: 'production', permissions: { 'id-token': 'write' },
  jobWorkflowRef: 'example/suite/.github/workflows/deploy-environment.yml@refs/heads/main',
});

describe('where the Fly token lies', () => {
  const credentials = (yaml: string): string => yaml.replace('    surfaces:\n', (line) => `    credentials: { source: aws, region: eu-central-1, account: "111122223333", role: "arn:aws:iam::111122223333:role/tokens", map: { FLY_API_TOKEN: "shop/production/deploy#FLY" } }\n${line}`);
  const vault = (subject: string): string => {
    const token = world.twin.fly.deployToken('shop-production');
    world.twin.aws.putSecret('shop/production/deploy', JSON.stringify({ FLY: token, OTHER: 'of-no-concern' }));
    world.twin.aws.addRole({ name: 'tokens', subject, secrets: ['shop/production/deploy'] });
    return token;
  };
  const OURS = 'repo:example/shop:environment:production';

  test.each<[string, () => Given & { readonly token: string }, string, number]>([
    ["the step's environment", () => {
      const token = world.twin.fly.deployToken('shop-production');
      return { environment: { FLY_API_TOKEN: token }, token };
    }, "FLY_API_TOKEN from the step's variable FLY_API_TOKEN", 0],
    ['AWS, by the identity of the job', () => ({ token: vault(OURS), environment: identity(), config: credentials }), 'FLY_API_TOKEN from AWS, shop/production/deploy#FLY (version ', 1],
    ['both: the nearer one wins, and AWS is not read', () => ({ token: vault(OURS), environment: { ...identity(), FLY_API_TOKEN: world.twin.fly.deployToken('shop-production') }, config: credentials }), "FLY_API_TOKEN from the step's variable FLY_API_TOKEN", 0],
  ])('%s: it is used, masked, and only its place is told', async (_case, stateOf, place, reads) => {
    const { token, ...state } = stateOf();
    const before = world.twin.aws.reads().length;
    const { checks, run, traces } = await world.ask({ ...state, inputs: { 'fly-api-token': '' } });
    expect(checks['fly-token']).toMatchObject({ status: 'ok' });
    expect(run.log).toContain(place);
    expectKept(run, token);
    expect(world.twin.aws.reads().length - before).toBe(reads);
    expect(traces).toEqual(UNTOUCHED);
  });

  test.each<[string, () => Given, string[]]>([
    ['a trust policy of another environment', () => ({ config: credentials, environment: (vault('repo:example/shop:environment:staging'), identity()) }),
      ['Not authorized to perform sts:AssumeRoleWithWebIdentity. The token says: sub "repo:example/shop:environment:production", aud "sts.amazonaws.com", job_workflow_ref "example/suite/', `"token.actions.githubusercontent.com:sub": "${OURS}"`, 'Nothing was written.']],
    ['a token that no log can hide', () => ({ environment: { FLY_API_TOKEN: 'abc' } }), ["FLY_API_TOKEN from the step's variable FLY_API_TOKEN has fewer than 4 characters"]],
  ])('%s: one sentence, and no check is made', async (_case, stateOf, sentences) => {
    const { run, traces } = await world.ask({ ...stateOf(), inputs: { 'fly-api-token': '' } });
    expect(run.exitCode).toBe(1);
    expect(annotations(run)).toHaveLength(1);
    for (const sentence of sentences) expect(annotations(run)[0]).toContain(sentence);
    expect(traces).toEqual(UNTOUCHED);
  });
});

describe('aws-login', () => {
  const config = (account: string) => (yaml: string): string => yaml.replace('        graphql-path: /shop-api\n', (line) => `${line}        secrets: { source: aws, region: ap-northeast-1, account: "${account}", role: "arn:aws:iam::${account}:role/deploy", map: { DATABASE_URL: "shop/production#url" } }\n`);
  const profile = async (keys: { readonly accessKeyId: string; readonly secretAccessKey: string }): Promise<Given> => {
    await mkdir(join(home, '.aws'), { recursive: true });
    await writeFile(join(home, '.aws/credentials'), `[deploy]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`);
    return { inputs: { 'aws-profile': 'deploy', 'probe-timeout-seconds': '3' }, environment: { HOME: home } };
  };
  const user = (): ReturnType<Twin['aws']['addUser']> => world.twin.aws.addUser({ name: 'operator', secrets: [] });

  test.each<[string, (account: string) => Promise<Given>, string, string]>([
    ['a profile of the account', async () => profile(user()), 'ok', 'AWS knows us as arn:aws:iam::111122223333:user/operator'],
    ['a profile of another account', async () => ({ ...(await profile(user())), config: config('999999999999') }), 'failed', 'the configuration wants 999999999999'],
    ['keys that AWS does not know', async () => profile({ accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'x'.repeat(40) }), 'failed', 'InvalidClientTokenId'],
    ['a profile that is not there', async () => ({ inputs: { 'aws-profile': 'nobody' }, environment: { HOME: home } }), 'failed', 'The AWS profile "nobody" gives no credentials'],
    ['a session that has ended', async () => ({ ...(await profile(user())), faults: ['aws GetCallerIdentity * 403 <ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>'] }), 'failed', 'ExpiredToken'],
    ["the job's own identity", async () => {
      world.twin.aws.addRole({ name: 'deploy', subject: 'repo:*', secrets: [] });
      return { environment: identity() };
    }, 'ok', 'assumed-role/deploy/gh-1001-1'],
    ['a job without one', async () => ({ environment: { HOME: home } }), 'failed', 'gives no credentials'],
    ['AWS is unwell', async () => ({ ...(await profile(user())), faults: ['aws GetCallerIdentity * 503'] }), 'failed', 'whether the login is good is not known'],
    ['AWS hangs', async () => ({ ...(await profile(user())), faults: ['aws GetCallerIdentity * hang'] }), 'failed', 'AWS STS did not answer within 3 s'],
  ])('%s', async (_, stateOf, status, evidence) => {
    const state = await stateOf(world.twin.aws.account);
    const before = world.twin.aws.reads().length;
    const { checks, traces } = await world.ask({ config: config(world.twin.aws.account), ...state });
    expect(checks['aws-login']).toMatchObject({ status, evidence: expect.stringContaining(evidence) });
    expect(traces).toEqual(UNTOUCHED);
    // Which secrets there are is not looked at.
    expect(world.twin.aws.reads().length).toBe(before);
  });
});

test('left out by name, each credential stands in the summary with the reason, and nobody is asked', async () => {
  const { run, checks, requests } = await world.ask({ inputs: { 'skip-auth-check': 'true', 'fly-api-token': 'fo1_wrong', 'skip-machine-settle': 'true', 'skip-provenance': 'true', 'cloudflare-api-token': '' } });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  for (const name of ['GitHub token', 'Fly token', 'registry login', 'Cloudflare token']) expect(run.summary).toContain(`| ${name} | skipped | 0.0 | skip-auth-check was set |  |`);
  expect(checks['fly-token']).toMatchObject({ status: 'skipped', evidence: 'skip-auth-check was set' });
  expect(requests.filter((line) => !/ (?:api\.)?github\.com\//u.test(line))).toEqual(['GET api.shop.example/version', 'GET api.machines.dev/v1/apps/shop-production/machines']); // the second for the flight plan
});

test('a permission that no deploy needs is refused before anybody is asked', async () => {
  const { run, requests } = await world.ask({ inputs: { 'github-permissions': 'packages: write' } });
  expectEnding(run, subject, { decision: 'failed', reasonCode: 'invalid-input' });
  expect(annotations(run)).toEqual([expect.stringContaining('input `github-permissions` has the line "packages: write". Allowed: contents: read or write')]);
  expect(requests).toEqual([]);
});

test('no token leaves the process in any form', async () => {
  const token = `FlyV1 ${world.twin.fly.endingToken('shop-production', at(60))}`;
  const { run } = await world.ask({ inputs: { 'fly-api-token': token }, environment: { RUNNER_DEBUG: '1' } });
  expectKept(run, token);
  expectKept(run, world.githubToken);
});
