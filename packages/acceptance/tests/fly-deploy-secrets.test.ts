import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ActionRun } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { type Deployable, openDeployable } from './stage/deployable.ts';
import { annotations, expectEnding, notesOf } from './stage/ending.ts';
import { expectKept, expectSilent } from './stage/leaks.ts';

jest.setTimeout(90_000);

const subject = subjectOf('fly-deploy');
let on: Deployable;
beforeAll(async () => {
  on = await openDeployable();
});
afterAll(async () => {
  await on[Symbol.asyncDispose]();
});

const DATABASE = 'postgres://shop:p#ss"w=rd@db.internal:5432/shop';
const COOKIE = "  cookie'secret with # and spaces ";
const given = (values: Readonly<Record<string, unknown>>): Record<string, string> => ({ 'fly-secrets': JSON.stringify(values) });
const WANTED = '{ source: inputs, names: [DATABASE_URL, COOKIE_SECRET] }';

interface Told {
  readonly same: readonly string[];
  readonly changed: readonly string[];
  readonly absent: readonly string[];
  readonly 'staged-before': readonly string[];
  readonly unwanted: readonly string[];
  readonly staged: readonly string[];
  readonly renewed: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

function toldOf({ outputs }: ActionRun): Told {
  return (JSON.parse(outputs['result'] ?? '') as { secrets: Told }).secrets;
}

function phasesOf({ outputs }: ActionRun): readonly string[] {
  return Object.keys((JSON.parse(outputs['result'] ?? '') as { phases: Record<string, number> }).phases);
}

describe('source inputs', () => {
  test('what is absent is staged and shipped; the same again writes nothing; one that changes ships with the same commit', async () => {
    const app = await on.openApp({ DATABASE_URL: DATABASE, OLD_ONE: 'nobody wants it' });
    const inputs = given({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE });
    {
      await using run = await on.openRun();
      const first = await app.deploy({ run, secrets: WANTED, inputs });
      expectEnding(first, subject, { decision: 'done', reasonCode: 'target-serves' });
      expect(await app.environmentOf('COOKIE_SECRET')).toBe(COOKIE);
      expect(await app.environmentOf('DATABASE_URL')).toBe(DATABASE);
      expect(await app.environmentOf('OLD_ONE')).toBe('nobody wants it');
      expect(toldOf(first)).toMatchObject({ same: ['DATABASE_URL'], absent: ['COOKIE_SECRET'], staged: ['COOKIE_SECRET'], renewed: ['COOKIE_SECRET'], unwanted: ['OLD_ONE'], 'staged-before': [] });
      // flyctl's import and its deploy share a home, so each Machine asks for the secrets of that import at least.
      expect(on.twin.fly.secretsVersion(app.name)).toEqual({ current: 2, asked: 2 });
      expect(phasesOf(first)).toEqual(['read', 'secrets', 'settle', 'tool', 'flyctl', 'gate']);
      for (const secret of [DATABASE, COOKIE]) expectKept(first, secret);
      // The lock is renewed before the secrets are staged, and again before what ships them.
      expect(run.records()).toBe(2 * COMMITS_OF_A_FENCE);
      expect(run.requests().filter(({ write, path }) => write && path.endsWith('/secrets'))).toHaveLength(1);
      expect(run.strayCalls()).toEqual([]);
    }
    {
      await using run = await on.openRun();
      const again = await app.deploy({ run, secrets: WANTED, inputs });
      expectEnding(again, subject, { decision: 'skipped', reasonCode: 'already-serves' });
      expect({ writes: run.writes(), records: run.records() }).toEqual({ writes: 0, records: 0 });
      expect(toldOf(again)).toMatchObject({ same: ['COOKIE_SECRET', 'DATABASE_URL'], changed: [], absent: [], staged: [] });
    }
    {
      await using run = await on.openRun();
      const changed = await app.deploy({ run, secrets: WANTED, inputs: given({ DATABASE_URL: DATABASE, COOKIE_SECRET: `${COOKIE}2` }) });
      expectEnding(changed, subject, { decision: 'done', reasonCode: 'target-serves' });
      expect(changed.outputs).toMatchObject({ 'previous-sha': on.new, 'serving-sha': on.new });
      expect(changed.log).toContain('Secrets shipped with it: COOKIE_SECRET.');
      expect(await app.environmentOf('COOKIE_SECRET')).toBe(`${COOKIE}2`);
      expect(toldOf(changed)).toMatchObject({ same: ['DATABASE_URL'], changed: ['COOKIE_SECRET'], staged: ['COOKIE_SECRET'], renewed: ['COOKIE_SECRET'] });
      expectKept(changed, `${COOKIE}2`);
    }
  });

  test('flyctl that says 0 and does nothing: the same commit with the secrets of before is no success', async () => {
    const app = await on.openApp({ DATABASE_URL: DATABASE, COOKIE_SECRET: 'the one of before' });
    await using run = await on.openRun('tool flyctl 1 exit 0 without-effect');
    const ended = await app.deploy({ run, secrets: WANTED, inputs: { ...given({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE }), sha: on.old } });
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'flyctl-lied' });
    expect(annotations(ended)[0]).toContain('with the secrets of before');
    expect(await app.environmentOf('COOKIE_SECRET')).toBe('the one of before');
    // They are staged, and a later deploy of the same commit ships them.
    await using later = await on.openRun();
    const next = await app.deploy({ run: later, secrets: WANTED, inputs: { ...given({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE }), sha: on.old } });
    expectEnding(next, subject, { decision: 'done', reasonCode: 'target-serves' });
    expect(toldOf(next)).toMatchObject({ same: ['COOKIE_SECRET', 'DATABASE_URL'], 'staged-before': ['COOKIE_SECRET'], staged: [] });
    expect(await app.environmentOf('COOKIE_SECRET')).toBe(COOKIE);
  });

  test('what somebody staged by hand ships too, also without a wanted set', async () => {
    const app = await on.openApp({});
    await using run = await on.openRun();
    const url = `https://api.machines.dev/v1/apps/${app.name}/secrets`;
    await on.twin.fly.provider.fetch(new Request(url, { method: 'POST', headers: { authorization: `Bearer ${on.twin.credentials.flyApiToken}` }, body: JSON.stringify({ values: { BY_HAND: 'yes' } }) }));
    const ended = await app.deploy({ run, secrets: null, inputs: { sha: on.old } });
    expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
    expect(await app.environmentOf('BY_HAND')).toBe('yes');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['one is missing', { DATABASE_URL: DATABASE }, 'input `fly-secrets` has no "COOKIE_SECRET", which the configuration wants.'],
    ['one is not wanted', { DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE, MORE: DATABASE }, 'input `fly-secrets` has "MORE", which the configuration does not want.'],
    ['one is no text', { DATABASE_URL: DATABASE, COOKIE_SECRET: 12_345_678 }, 'input `fly-secrets` has something else than a text as "COOKIE_SECRET".'],
    ['one is empty', { DATABASE_URL: DATABASE, COOKIE_SECRET: '' }, 'input `fly-secrets` has an empty text as "COOKIE_SECRET".'],
  ])('%s: one sentence that names it, and nothing is written', async (_case, values, sentence) => {
    const app = await on.openApp({});
    await using run = await on.openRun();
    const ended = await app.deploy({ run, secrets: WANTED, inputs: given(values) });
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'invalid-input' });
    expect(annotations(ended)).toEqual([expect.stringContaining(sentence)]);
    expectSilent(ended, [DATABASE, '12345678']);
    expect({ writes: run.writes(), records: run.records() }).toEqual({ writes: 0, records: 0 });
  });

  test('a value that flyctl cannot be given: refused by name, before any write', async () => {
    const app = await on.openApp({});
    await using run = await on.openRun();
    const ended = await app.deploy({ run, secrets: '{ source: inputs, names: [PEM] }', inputs: given({ PEM: 'first line\r\nsecond line\r\n' }) });
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'secrets-not-staged' });
    expect(annotations(ended)).toEqual([expect.stringContaining('flyctl cannot be given PEM (it has a carriage return before a line break (CRLF)')]);
    expect({ writes: run.writes(), records: run.records() }).toEqual({ writes: 0, records: 0 });
  });

  test('a list that shows nothing of what was staged: nothing is switched', async () => {
    const app = await on.openApp({ DATABASE_URL: DATABASE });
    await using run = await on.openRun(`fly POST /v1/apps/*/secrets 1 body {"secrets":[],"version":2}`);
    const ended = await app.deploy({ run, secrets: WANTED, inputs: { ...given({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE }), 'gate-seconds': '2' } });
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'secrets-not-staged' });
    expect(annotations(ended)).toEqual([expect.stringContaining('COOKIE_SECRET, Fly does not list it. And flyctl said that it succeeded. No Machine was touched')]);
    expect(run.writes()).toBe(0);
  });

  test('an answer that was lost after the write: the list proves that it arrived', async () => {
    const app = await on.openApp({ DATABASE_URL: DATABASE });
    await using run = await on.openRun('fly POST /v1/apps/*/secrets 1- 503 after-commit');
    const ended = await app.deploy({ run, secrets: WANTED, inputs: given({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE }) });
    expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
    expect(await app.environmentOf('COOKIE_SECRET')).toBe(COOKIE);
  });

  test('a cancel while flyctl stages: what is told is what is known, and no Machine is touched', async () => {
    const app = await on.openApp({ DATABASE_URL: DATABASE });
    await using run = await on.openRun('fly POST /v1/apps/*/secrets 1 hang');
    const asked = (async () => {
      while (!run.requests().some(({ path }) => path.endsWith('/flyctl_0.4.87_Linux_x86_64.tar.gz'))) await setTimeout(20);
      await setTimeout(1_000);
    })();
    const ended = await app.deploy({ run, secrets: WANTED, inputs: given({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE }), signals: [{ name: 'SIGINT', when: asked }] });
    expectEnding(ended, subject, { decision: 'unknown', reasonCode: 'cancelled' });
    expect(annotations(ended)).toEqual([expect.stringContaining('Cancelled while flyctl staged COOKIE_SECRET: whether they are at Fly was not read. No Machine was touched; what is staged ships with the next deploy.')]);
    expect(ended.secondsAfterSignal).toBeLessThan(7);
    expect(await app.environmentOf('COOKIE_SECRET')).toBeUndefined();
    expectKept(ended, COOKIE);
  });

  test('the lock is lost while flyctl stages: nothing is switched, and what waits at Fly is named', async () => {
    const app = await on.openApp({ DATABASE_URL: DATABASE });
    await using run = await on.openRun('github PATCH /repos/*/*/git/refs/** 2- 403 {"message":"Resource not accessible by integration"}');
    const ended = await app.deploy({ run, secrets: WANTED, inputs: given({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE }) });
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'fence-lost' });
    expect(annotations(ended)).toEqual([expect.stringContaining('Staged at Fly already, and shipped by whoever deploys next: COOKIE_SECRET.')]);
    expect(toldOf(ended)).toMatchObject({ staged: ['COOKIE_SECRET'] });
    expect(run.requests().filter(({ write, provider }) => write && provider === 'fly').map(({ path }) => path)).toEqual([`/v1/apps/${app.name}/secrets`]);
    expect(await app.environmentOf('COOKIE_SECRET')).toBeUndefined();
  });

  test('digests of a form that nobody knows: the same commit is left alone with a warning, another one is deployed', async () => {
    const app = await on.openApp({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE });
    const strange = JSON.stringify({ secrets: ['COOKIE_SECRET', 'DATABASE_URL'].map((name) => ({ name, digest: `strange-${name}`, updated_at: '2026-01-01T00:00:00Z' })) });
    const inputs = given({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE });
    {
      await using run = await on.openRun(`fly GET /v1/apps/*/secrets * body ${strange}`);
      const left = await app.deploy({ run, secrets: WANTED, inputs: { ...inputs, sha: on.old } });
      expectEnding(left, subject, { decision: 'skipped', reasonCode: 'already-serves' });
      expect(left.log).toContain('::warning::Whether COOKIE_SECRET, DATABASE_URL at Fly are as wanted cannot be told from the digests that Fly lists, so nothing was staged. If one has changed, set `redeploy`.');
      expect(run.writes()).toBe(0);
    }
    await using run = await on.openRun(`fly GET /v1/apps/*/secrets * body ${strange}`);
    const deployed = await app.deploy({ run, secrets: WANTED, inputs });
    expectEnding(deployed, subject, { decision: 'done', reasonCode: 'target-serves' });
    expect(deployed.log).toContain('How Fly makes its digests is not known to this action');
    expect(toldOf(deployed)).toMatchObject({ 'digest-scheme': 'unknown', staged: ['COOKIE_SECRET', 'DATABASE_URL'], renewed: [] });
  });

  test('skip-secrets-sync looks at none, stages none, and is never silent', async () => {
    const app = await on.openApp({ DATABASE_URL: DATABASE });
    await using run = await on.openRun();
    const ended = await app.deploy({ run, secrets: WANTED, inputs: { 'skip-secrets-sync': 'true', sha: on.old } });
    expectEnding(ended, subject, { decision: 'skipped', reasonCode: 'already-serves' });
    expect(ended.log).toContain(`::warning::skip-secrets-sync is set: whether the secrets of ${app.name} are the wanted ones, and whether one is staged, was not looked at.`);
    expect(notesOf(ended)).toEqual([{ kind: 'skipped', what: 'The secrets at Fly were not compared with the wanted ones: skip-secrets-sync is set.' }]);
    expect(run.requests().some(({ path }) => path.endsWith('/secrets'))).toBe(false);
  });
});

describe('source AWS', () => {
  const ARN = (): string => on.twin.aws.addRole({ name: 'deploy', subject: 'repo:example/shop:environment:production', secrets: ['shop/production', 'shop/pem'] });
  const source = (map: Readonly<Record<string, string>>, change: Readonly<Record<string, string>> = {}): string =>
    JSON.stringify({ source: 'aws', region: 'ap-northeast-1', account: on.twin.aws.account, role: ARN(), map, ...change });
  const MAP = { DATABASE_URL: 'shop/production#DATABASE_URL', COOKIE_SECRET: 'shop/production#COOKIE_SECRET' };
  const keep = (values: Readonly<Record<string, unknown>>): string => on.twin.aws.putSecret('shop/production', JSON.stringify(values));

  test('by the identity of the job: values of one version, read once, masked, shipped', async () => {
    const version = keep({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE });
    on.twin.aws.putSecret('shop/production', JSON.stringify({ DATABASE_URL: 'a rotation tries this one out' }), 'AWSPENDING');
    const app = await on.openApp({ DATABASE_URL: DATABASE });
    const before = on.twin.aws.reads().length;
    await using run = await on.openRun();
    const ended = await app.deploy({ run, secrets: source(MAP), environment: on.identity() });
    expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
    expect(await app.environmentOf('COOKIE_SECRET')).toBe(COOKIE);
    expect(await app.environmentOf('DATABASE_URL')).toBe(DATABASE);
    expect(toldOf(ended)).toMatchObject({ same: ['DATABASE_URL'], staged: ['COOKIE_SECRET'], versions: { 'shop/production': version } });
    expect(on.twin.aws.reads().slice(before)).toEqual([{ secret: 'shop/production', version, by: `arn:aws:sts::${on.twin.aws.account}:assumed-role/deploy/gh-1001-1` }]);
    for (const secret of [DATABASE, COOKIE]) expectKept(ended, secret);
    // Neither the credentials nor the token of the job leave, and both are masked.
    expect(ended.log).toMatch(/^::add-mask::eyJ/mu);
    expectSilent(ended, ['eyJhbGci', on.identity()['ACTIONS_ID_TOKEN_REQUEST_TOKEN']?.slice(0, 8) ?? '']);
    expect(run.strayCalls()).toEqual([]);
  });

  // A line each, as they stand in a secret of AWS: an empty text is meant there, while GitHub gives one for a secret that is not there.
  test('whatever stands in a value arrives byte for byte', async () => {
    const awkward: Record<string, string> = {
      HASH: 'a#b', QUOTED_HASH: 'say "#1"', QUOTES: `"'"""'`, ONE_QUOTE: '"', SINGLE: "'x'", SPACES: '  x  ', EQUALS: 'a=b=c', EMPTY: '', PEM: '-----BEGIN KEY-----\n+/==\n-----END KEY-----\n',
      COMMENTS: '# first\n# second', BACKSLASH: '\\n is no line break', DOLLAR: '${HOME} $(id) `id`', UNICODE: 'żółć 鍵 🔑', COMMAND: '::set-output name=x::y', RETURN: 'ends in \r', EXPORT: 'export X=1', TABS: '\tx\t',
    };
    keep(awkward);
    const app = await on.openApp({});
    await using run = await on.openRun();
    const ended = await app.deploy({ run, secrets: source(Object.fromEntries(Object.keys(awkward).map((name) => [name, `shop/production#${name}`]))), environment: on.identity() });
    expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
    const arrived = await Promise.all(Object.keys(awkward).map(async (name) => [name, await app.environmentOf(name)] as const));
    expect(Object.fromEntries(arrived)).toEqual(awkward);
    expect(toldOf(ended)).toMatchObject({ 'digest-scheme': 'known', renewed: Object.keys(awkward).toSorted() });
    // Shorter ones are words that any log may have.
    expectSilent(ended, Object.values(awkward).flatMap((value) => value.split('\n')).filter((line) => line.length >= 8));
  });

  test("by a laptop's profile, the same way", async () => {
    const version = keep({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE });
    const keys = on.twin.aws.addUser({ name: 'operator', secrets: ['*'] });
    const app = await on.openApp({});
    const before = on.twin.aws.reads().length;
    await using run = await on.openRun();
    const profile = `[shop]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`;
    const ended = await app.deploy({ run, secrets: source(MAP), inputs: { 'aws-profile': 'shop' }, files: { 'aws/credentials': profile }, environment: { AWS_SHARED_CREDENTIALS_FILE: 'aws/credentials', AWS_CONFIG_FILE: 'aws/config' } });
    expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
    expect(await app.environmentOf('COOKIE_SECRET')).toBe(COOKIE);
    expect(on.twin.aws.reads().slice(before)).toEqual([{ secret: 'shop/production', version, by: `arn:aws:iam::${on.twin.aws.account}:user/operator` }]);
    expectKept(ended, keys.secretAccessKey);
  });

  interface Refused {
    readonly values?: Readonly<Record<string, unknown>>;
    readonly map?: Readonly<Record<string, string>>;
    readonly change?: Readonly<Record<string, string>>;
    readonly fault?: string;
    readonly identity?: () => Readonly<Record<string, string>>;
  }

  test.each<[string, Refused, string[], RegExp]>([
    ['a secret that the role may not read', { map: { ...MAP, MORE: 'other#MORE' } }, ['AWS did not give the secret "other": AccessDeniedException, User: arn:aws:sts::', 'is not authorized to perform: secretsmanager:GetSecretValue'], /^[01]$/u],
    ['a key that is not in the secret', { values: { DATABASE_URL: DATABASE } }, ['the secret "shop/production" has no key "COOKIE_SECRET" for COOKIE_SECRET. It has: DATABASE_URL.'], /^1$/u],
    ['a secret that is not there', { map: { ...MAP, PEM: 'shop/pem' } }, ['AWS did not give the secret "shop/pem": ResourceNotFoundException', 'Correct `secrets.map`, or make the secret.'], /^[01]$/u],
    ['another account', { change: { account: '999900001111' } }, ['of the account 111122223333; the configuration wants 999900001111. No secret was read.'], /^0$/u],
    ['a role that trusts somebody else', { change: { role: 'arn:aws:iam::111122223333:role/stranger' } }, ['AccessDenied, Not authorized to perform sts:AssumeRoleWithWebIdentity. The token says: sub "repo:example/shop:environment:production", aud "sts.amazonaws.com", job_workflow_ref "example/suite/.github/workflows/deploy-environment.yml@refs/heads/main"', '"token.actions.githubusercontent.com:sub": "repo:example/shop:environment:production"'], /^0$/u],
    ['a job that may not ask who it is', { identity: () => on.identity({ contents: 'write' }) }, ['The AWS profile "default" gives no credentials: CredentialsProviderError', 'In a job: give it `permissions: id-token: write`, and a `role` in the configuration.'], /^0$/u],
    ['AWS that says no', { fault: 'aws GetSecretValue * 400 {"__type":"AccessDeniedException"}' }, ['AWS did not give the secret "shop/production": AccessDeniedException'], /^0$/u],
    ['AWS that is empty-handed', { fault: 'aws AssumeRoleWithWebIdentity 1 200' }, ['AWS STS answered for the role arn:aws:iam::111122223333:role/deploy without credentials'], /^0$/u],
    ['AWS that breaks three times', { fault: 'aws GetSecretValue * 500 {"__type":"InternalServiceError"}' }, ['AWS did not give the secret "shop/production": InternalServiceError', 'Run it again.'], /^0$/u],
    ['GitHub that gives no token', { fault: 'github GET **/idtoken * 500' }, ['GitHub gave this job no identity (OIDC token): GitHub answered HTTP 500.'], /^0$/u],
  ])('%s: one sentence with what to do, nothing is written, and no value told', async (_case, { values = { DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE }, map = MAP, change = {}, fault, identity = on.identity }, sentences, reads) => {
    keep(values);
    const app = await on.openApp({});
    const before = on.twin.aws.reads().length;
    await using run = await on.openRun(...(fault === undefined ? [] : [fault]));
    const ended = await app.deploy({ run, secrets: source(map, change), environment: identity() });
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'secrets-unavailable' });
    expect(annotations(ended)).toHaveLength(1);
    for (const sentence of sentences) expect(annotations(ended)[0]).toContain(sentence);
    expect(String(on.twin.aws.reads().length - before)).toMatch(reads);
    expectSilent(ended, [DATABASE, COOKIE, 'eyJhbGci']);
    expect({ writes: run.writes(), records: run.records(), stray: run.strayCalls() }).toEqual({ writes: 0, records: 0, stray: [] });
  });

  test('a cancel while AWS does not answer ends at once', async () => {
    keep({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE });
    const app = await on.openApp({});
    await using run = await on.openRun('aws GetSecretValue * hang');
    const ended = await app.deploy({ run, secrets: source(MAP), environment: on.identity(), signals: [{ name: 'SIGINT', when: /AWS knows us as/u }] });
    expectEnding(ended, subject, { decision: 'unknown', reasonCode: 'cancelled' });
    expect(ended.secondsAfterSignal).toBeLessThan(2);
    expect({ writes: run.writes(), records: run.records() }).toEqual({ writes: 0, records: 0 });
  });

  test('one answer that is lost is asked for again', async () => {
    keep({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE });
    const app = await on.openApp({ DATABASE_URL: DATABASE, COOKIE_SECRET: COOKIE });
    await using run = await on.openRun('aws GetSecretValue 1 reset', 'aws GetCallerIdentity 1 503');
    const ended = await app.deploy({ run, secrets: source(MAP), environment: on.identity(), inputs: { sha: on.old } });
    expectEnding(ended, subject, { decision: 'skipped', reasonCode: 'already-serves' });
    expect(run.faultReport().map(({ fired }) => fired)).toEqual([1, 1]);
  });
});

/** Blob, tree and commit are one call each, then the ref is swapped. */
const COMMITS_OF_A_FENCE = 2;
