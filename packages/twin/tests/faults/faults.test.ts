import { describe, expect, test } from '@jest/globals';
import { createFaultScript, parseFault } from '../../src/faults/index.ts';

const once = { from: 1, to: 1 };
const always = { from: 1, to: Infinity };

test.each([
  ['fly POST /v1/apps/*/machines 1 503 after-commit', { occurrences: once, effect: { kind: 'status', status: 503, body: null }, afterCommit: true }],
  ['registry  HEAD /v2/**  1-3  429 retry-after=2', { occurrences: { from: 1, to: 3 }, effect: { kind: 'status', status: 429, headers: { 'retry-after': '2' } } }],
  ['registry PUT ** 1 429 retry-after="Wed, 21 Oct 2026 07:28:00 GMT" x=\'a "b"\' slow down', { effect: { kind: 'status', headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT', 'x': 'a "b"' }, body: 'slow down' } }],
  ['registry GET /v2/*/blobs/** 2- reset-after 1MiB', { effect: { kind: 'reset-after', bytes: 1_048_576 } }],
  ['github GET **/flyctl.tar.gz 1 hang-after 0B for 5s', { effect: { kind: 'hang-after', bytes: 0 }, forMilliseconds: 5000 }],
  ['fly graphql * 1 corrupt', { effect: { kind: 'corrupt' } }],
  ['registry HEAD ** * without Docker-Content-Digest', { effect: { kind: 'without', header: 'docker-content-digest' } }],
  ['registry PUT /v2/*/blobs/uploads/* 1 early-413', { effect: { kind: 'early-413' } }],
  ['registry POST /v2/*/blobs/uploads/ 1-3 refuse-mount', { occurrences: { from: 1, to: 3 }, effect: { kind: 'refuse-mount' } }],
  ['registry GET /token 1- grants-only last', { effect: { kind: 'grants-only', scope: 'last' } }],
  ['aws GetSecretValue 1 400 {"__type":"Access Denied"}', { effect: { kind: 'status', status: 400, body: '{"__type":"Access Denied"}' } }],
  ['github PATCH */git/refs/** * delay 3s', { occurrences: always, effect: { kind: 'delay', milliseconds: 3000 } }],
  ['shop GET /version 12- body {"sha":"x"} for 40s', { occurrences: { from: 12, to: Infinity }, effect: { kind: 'body', body: '{"sha":"x"}' }, forMilliseconds: 40_000 }],
  ['cloudflare POST */deployments 1 reset after-commit for 5s', { effect: { kind: 'reset' }, afterCommit: true, forMilliseconds: 5000 }],
  ['fly graphql ReleaseCreate 1 truncate', { subject: { kind: 'graphql', operation: 'ReleaseCreate' } }],
  ['fly machine app/2 * start-takes 70s', { subject: { group: 'app', number: 2 }, effect: { kind: 'start-takes', milliseconds: 70_000 } }],
  ['tool flyctl 1 exit 0 without-effect', { subject: { name: 'flyctl' }, effect: { kind: 'exit', code: 0, effect: 'without' } }],
  ['run step vendure/deploy 1 SIGINT', { subject: { job: 'vendure', step: 'deploy' }, effect: { kind: 'SIGINT' } }],
  ['run step vendure/deploy * cancel at Waiting for 5s', { effect: { kind: 'cancel', at: 'Waiting for 5s' }, forMilliseconds: null }],
  ['fly machine app/* 2- never-healthy for 60s', { subject: { number: '*' }, effect: { kind: 'never-healthy' }, forMilliseconds: 60_000 }],
  ['tool docker 1- killed-after 500ms for 40s', { words: 'killed-after 500ms', effect: { kind: 'killed-after', milliseconds: 500 }, forMilliseconds: 40_000 }],
  ['github lock held-by-another-run', { subject: { kind: 'lock' } }],
])('%s is understood', (line, meaning) => {
  expect(parseFault(line)).toMatchObject(meaning);
});

test.each([
  ['flyy POST / 1 503', 'the provider is "flyy". Allowed: fly, cloudflare'],
  ['fly FETCH / 1 503', 'the method is "FETCH"'],
  ['fly POST v1 1 503', 'the path is "v1"'],
  ['fly POST /v1 0 503', 'the count is "0". Allowed: n, a-b, a- or *'],
  ['fly POST /v1 3-1 503', 'the count is "3-1"'],
  ['fly POST /v1 1 explode', 'the effect is "explode". Allowed: <status>'],
  ['registry GET /v2/ 1 explode', 'the effect is "explode". Allowed: <status> [<header>=<value>…] [<body>] with a status from 200 to 599, reset, hang, delay <n>s|ms, body <text>, html,'],
  ['registry GET /v2/ 1 explode', 'early-413, refuse-mount, grants-only first|last; then after-commit, for <n>s.'],
  ['fly POST /v1 1 refuse-mount', 'the effect is "refuse-mount". Allowed: <status>'],
  ['registry GET ** 1 reset-after 1M', 'the effect is "reset-after 1M"'],
  ['registry GET ** 1 without a header', 'the effect is "without a header"'],
  ['registry GET ** 1 corrupt after-commit', 'the effect is "corrupt after-commit". Allowed: corrupt alone: it asks the provider anyway, or never.'],
  ['registry GET /token 1 grants-only some', 'the effect is "grants-only some"'],
  ['fly machine app 1 reverts', 'the machine is "app"'],
  ['tool flyctl 1 exit 0', 'Allowed: exit <code> with-effect'],
  ['tool flyctl 1 hang after-commit', 'after-commit only on a request'],
  ['run job vendure 1 SIGINT', 'Allowed: step <job>/<step>'],
  ['run step vendure/deploy 2 SIGINT', 'the count is "2". Allowed: 1, for a step runs once in a run'],
  ['run step vendure/deploy 1 SIGINT for 5s', 'the effect is "SIGINT for 5s"'],
  ['github lock held-by-another-run for 5s', 'for <n>s only on a request, a tool or never-healthy'],
  ['github lock stolen', 'the effect is "stolen". Allowed: held-by-another-run, held-by-ended-run, held-by-lost-run, held-by-unknown-run'],
  ['fly machine app/0 1 reverts', 'the machine is "app/0"'],
  ['fly machine app/1 1 reverts for 5s', 'for <n>s only on a request, a tool or never-healthy'],
  ['fly graphql 1 503', 'the operation is "1"'],
  ['registry graphql x 1 503', 'registry has no GraphQL'],
  ['fly GET /v1/apps/a/wait?state=started 1 408', 'without a query'],
  ['fly GET /v1 1 101', 'a status from 200 to 599'],
  ['tool wrangler 1 exit 1 without-effect', 'the tool is "wrangler". Allowed: flyctl, docker (every other tool is real: name its requests)'],
  ['tool flyctl 1 exit 256 with-effect', 'the effect is "exit 256 with-effect"'],
])('%s is refused', (line, sentence) => {
  expect(() => parseFault(line)).toThrow(sentence);
});

describe('a script', () => {
  test('acts on the named occurrences only, and counts them per rule', () => {
    const script = createFaultScript(['fly POST /v1/apps/*/machines 2-3 503', 'fly * /v1/** 1 hang'], { speed: 1 });
    const kinds = Array.from({ length: 5 }, () => script.take('fly', 'POST /v1/apps/shop/machines')?.effect.kind ?? null);
    expect(kinds).toEqual(['hang', 'status', 'status', null, null]);
    expect(script.report().map(({ fired }) => fired)).toEqual([2, 1]);
    expect(script.unfired()).toEqual([]);
  });

  test.each([
    ['* within a segment', '/v1/apps/*/machines', '/v1/apps/a/b/machines', false],
    ['** across segments', '/v2/**', '/v2/shop/production/manifests/x', true],
    ['** and the folder itself', '/v2/**', '/v2/', true],
    ['a glob without a leading slash at any depth', '*/deployments', '/client/v4/accounts/a/workers/scripts/b/deployments', true],
    ['another last segment', '*/deployments', '/client/v4/accounts/a/workers/scripts/b/versions', false],
  ])('%s', (_name, glob, path, fires) => {
    expect(createFaultScript([`cloudflare POST ${glob} * reset`], { speed: 1 }).take('cloudflare', `POST ${path}`) !== null).toBe(fires);
  });

  test('knows a GraphQL request without a name by * alone, and no Machine or lock by a path', () => {
    const script = createFaultScript(['fly graphql Deploy * 503', 'fly graphql * * 503', 'fly * ** * 503', 'github * ** * 503'], { speed: 1 });
    const rules = [['fly', 'graphql Deploy'], ['fly', 'graphql '], ['fly', 'machine app/1 started'], ['github', 'lock']].map(([provider = '', subject = '']) => script.take(provider, subject)?.rule ?? null);
    expect(rules).toEqual(['fly graphql Deploy * 503', 'fly graphql * * 503', null, null]);
  });

  test('counts for reverts only what can go back, for every other effect of a Machine only what starts', () => {
    const script = createFaultScript(['fly machine app/1 1 reverts', 'fly machine app/1 2 crash-loops'], { speed: 1 });
    const kinds = ['started', 'configured', 'updated'].map((occasion) => script.take('fly', `machine app/1 ${occasion}`)?.effect.kind ?? null);
    expect(kinds).toEqual([null, 'reverts', 'crash-loops']);
  });

  test('says which providers there are when a rule names another one', () => {
    expect(() => createFaultScript(['aws GetSecretValue 1 400'], { speed: 1, providers: ['fly', 'shop'] })).toThrow('fault "aws GetSecretValue 1 400": this twin does not model aws yet. It models fly, shop.');
  });

  test('ends a rule with a window on its own, faster clock', () => {
    let now = 0;
    const script = createFaultScript(['shop GET /version * html for 40s'], { speed: 10, now: () => now });
    const at = (time: number): boolean => { now = time; return script.take('shop', 'GET /version') !== null; };
    expect([at(1000), at(4999), at(5000), at(9000)]).toEqual([true, true, false, false]);
  });

  test('gives a stand-in the words of its effect, and names what never fired', () => {
    const script = createFaultScript(['tool flyctl 1 exit 0 without-effect', 'tool docker 1 hang', '# a remark', ''], { speed: 1 });
    expect(script.take('tool', 'flyctl')?.words).toBe('exit 0 without-effect');
    expect(script.take('tool', 'flyctl')).toBeNull();
    expect(script.unfired()).toEqual(['tool docker 1 hang']);
  });
});
