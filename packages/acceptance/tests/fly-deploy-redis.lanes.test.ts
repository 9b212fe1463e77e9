import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import nock from 'nock';
import type { TwinRun } from '@vendure-deploy/twin';
import type { ActionRun } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { type App, type Deployable, type Given, openDeployable } from './stage/deployable.ts';
import { annotations, expectEnding, notesOf } from './stage/ending.ts';
import { expectKept, expectSilent } from './stage/leaks.ts';
import { openRedis, type Redis, REDIS_FLY_CONFIG, REDIS_FLY_TOML } from './stage/redis.ts';

// The ground truth is what the process of the Redis app says to a login, and what the shop's Machines have in their environment.

// As long as it is on, a socket says that it is connected when nobody listens: the twin's TCP checks would pass.
nock.restore();
jest.setTimeout(120_000);

const subject = subjectOf('fly-deploy');
let on: Deployable;
beforeAll(async () => {
  on = await openDeployable();
});
afterAll(async () => {
  await on[Symbol.asyncDispose]();
});

const DATABASE = 'postgres://shop:secret@db.internal:5432/shop';
const OLDER = 'older-password-8f2c';
const OLD = 'old-password#1"4b7e';
const NEW = "new-password '9d01 ";
const NEWER = 'newer-password-77aa';
const SECRETS = '{ source: inputs, names: [DATABASE_URL, REDIS_PASSWORD, REDIS_PREVIOUS] }';

interface Passwords {
  readonly password: string;
  readonly previous: string;
}

/** A shop and its Redis app, where both have had the old password. */
interface Pair extends AsyncDisposable {
  readonly shop: App;
  readonly redis: Redis;
  deploy(run: TwinRun, wanted: Passwords, more?: Partial<Given>): Promise<ActionRun>;
  /** Which of all passwords the Redis app accepts now. */
  accepted(): Promise<string[]>;
}

async function openPair(): Promise<Pair> {
  const redis = await openRedis(on.twin, { REDIS_PASSWORD: OLD, REDIS_PREVIOUS: OLDER });
  const shop = await on.openApp({ DATABASE_URL: DATABASE, REDIS_PASSWORD: OLD });
  return {
    shop,
    redis,
    deploy: (run, { password, previous }, { inputs = {}, ...more } = {}) => shop.deploy({
      run,
      secrets: SECRETS,
      redis: `{ app: ${redis.name}, fly-config: ${REDIS_FLY_CONFIG}, password: REDIS_PASSWORD, previous: REDIS_PREVIOUS }`,
      files: { [REDIS_FLY_CONFIG]: REDIS_FLY_TOML },
      inputs: { sha: on.old, 'fly-api-token': on.twin.fly.deployToken(shop.name), 'fly-secrets': JSON.stringify({ DATABASE_URL: DATABASE, REDIS_PASSWORD: password, REDIS_PREVIOUS: previous }), 'redis-fly-api-token': redis.token, ...inputs },
      ...more,
    }),
    accepted: async () => {
      const all = await Promise.all([OLDER, OLD, NEW, NEWER].map(async (password) => ({ password, is: await redis.accepts(password) })));
      return all.flatMap(({ password, is }) => (is === true ? [password] : []));
    },
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

const CHANGE: Passwords = { password: NEW, previous: OLD };

function resultOf({ outputs }: ActionRun): { readonly redis: Readonly<Record<string, unknown>> | null; readonly secrets: Readonly<Record<string, unknown>>; readonly phases: Readonly<Record<string, number>> } {
  return JSON.parse(outputs['result'] ?? '') as ReturnType<typeof resultOf>;
}

/** What was written at Fly, in its order, by whose it is; a release names its app in its body, and is left out. */
function written(run: TwinRun, { shop, redis }: Pair): string[] {
  const of = (path: string): string => (path.includes(`/${redis.name}/`) ? 'redis' : path.includes(`/${shop.name}/`) ? 'shop' : '');
  return run.requests().filter(({ write, provider }) => write && provider === 'fly').flatMap(({ path }) => (of(path) === '' ? [] : [`${of(path)} ${path.endsWith('/secrets') ? 'secrets' : 'machines'}`]));
}

/** Asks all the while whether the password that the public Machine has is one that the Redis app accepts. */
function watch({ shop, redis }: Pair): { stop(): Promise<{ refused: string[]; used: string[] }> } {
  const refused: string[] = [];
  const used = new Set<string>();
  const over = new AbortController();
  const work = (async () => {
    while (!over.signal.aborted) {
      const password = await shop.environmentOf('REDIS_PASSWORD').catch(() => undefined);
      if (password !== undefined && (await redis.accepts(password)) === false) refused.push(password);
      if (password !== undefined) used.add(password);
      await setTimeout(25);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await work;
      return { refused, used: [...used] };
    },
  };
}

test('a change from end to end; the same again writes nothing; the way back is a change of the shop alone; the old one goes by a change of the Redis app alone', async () => {
  await using pair = await openPair();
  const { shop, redis } = pair;
  expect(await pair.accepted()).toEqual([OLDER, OLD]);
  {
    await using run = await on.openRun();
    const watching = watch(pair);
    const first = await pair.deploy(run, CHANGE);
    const during = await watching.stop();
    expectEnding(first, subject, { decision: 'done', reasonCode: 'target-serves' });
    expect(during).toEqual({ refused: [], used: [OLD, NEW] });
    expect(await pair.accepted()).toEqual([OLD, NEW]);
    expect(await shop.environmentOf('REDIS_PASSWORD')).toBe(NEW);
    expect(await shop.environmentOf('REDIS_PREVIOUS')).toBeUndefined();
    // One write of secrets and then the Machines, first all of the Redis app's and then all of the shop's.
    expect(written(run, pair).filter((call, at, all) => call !== all[at - 1])).toEqual(['redis secrets', 'redis machines', 'shop secrets', 'shop machines']);
    expect(on.twin.fly.secretsVersion(redis.name)).toEqual({ current: 2, asked: 2 });
    expect(resultOf(first).redis).toMatchObject({ app: redis.name, same: [], changed: ['REDIS_PASSWORD', 'REDIS_PREVIOUS'], absent: [], 'staged-before': [], staged: ['REDIS_PASSWORD', 'REDIS_PREVIOUS'], deployed: true });
    expect(resultOf(first).secrets).toMatchObject({ same: ['DATABASE_URL'], staged: ['REDIS_PASSWORD'], unwanted: [] });
    expect(Object.keys(resultOf(first).phases)).toContain('redis');
    expect(first.log).toContain(`The Redis app ${redis.name} accepts REDIS_PASSWORD and REDIS_PREVIOUS since this run.`);
    for (const secret of [OLD, NEW, redis.token]) expectKept(first, secret);
    expectSilent(first, [OLDER]);
    expect(run.strayCalls()).toEqual([]);
  }
  {
    await using run = await on.openRun();
    const again = await pair.deploy(run, CHANGE);
    expectEnding(again, subject, { decision: 'skipped', reasonCode: 'already-serves' });
    expect({ writes: run.writes(), records: run.records() }).toEqual({ writes: 0, records: 0 });
    expect(resultOf(again).redis).toMatchObject({ same: ['REDIS_PASSWORD', 'REDIS_PREVIOUS'], changed: [], staged: [], deployed: false });
  }
  {
    await using run = await on.openRun();
    const back = await pair.deploy(run, { password: OLD, previous: NEW });
    expectEnding(back, subject, { decision: 'done', reasonCode: 'target-serves' });
    expect(await shop.environmentOf('REDIS_PASSWORD')).toBe(OLD);
    expect(await pair.accepted()).toEqual([OLD, NEW]);
    expect(written(run, pair)).not.toContainEqual(expect.stringContaining('redis'));
  }
  {
    await using run = await on.openRun();
    const alone = await pair.deploy(run, { password: OLD, previous: NEWER });
    expectEnding(alone, subject, { decision: 'done', reasonCode: 'redis-synced' });
    expect(await pair.accepted()).toEqual([OLD, NEWER]);
    expect(written(run, pair)).not.toContainEqual(expect.stringContaining('shop'));
    expect(alone.log).toContain('the shop was not touched, and serves');
    expect(alone.outputs['serving-sha']).toBe(on.old);
  }
});

interface Failing {
  readonly fault?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly decision?: 'failed' | 'unknown';
  readonly reasonCode: string;
  /** What the Redis app accepts afterwards. */
  readonly accepts: readonly string[];
  readonly writes: readonly string[];
  readonly says: readonly string[];
}

const WAYS_ON = 'The shop was not touched: its Machines use the REDIS_PASSWORD of before. Run this again:  gh run rerun 1001 --failed . The way back is the same command with the old value as REDIS_PASSWORD.';
const FORBIDDEN = '403 {"message":"Resource not accessible by integration"}';

test.each<[string, Failing]>([
  ['flyctl that says 0 and does nothing', { fault: 'tool flyctl 1 exit 0 without-effect', reasonCode: 'redis-not-synced', accepts: [OLDER, OLD], writes: ['redis secrets'], says: ['flyctl said that it succeeded. Every Machine of it accepts what it accepted before; what is staged ships with the next deploy of redis-', WAYS_ON] }],
  ['a Machine that goes back to the version of before', { fault: 'fly machine redis/1 1 reverts', reasonCode: 'redis-not-synced', accepts: [OLDER, OLD], writes: ['redis secrets', 'redis machines'], says: ['Every Machine of it accepts what it accepted before', WAYS_ON] }],
  ['secrets that do not arrive', { fault: 'fly POST /v1/apps/redis-*/secrets 1 body {"secrets":[],"version":2}', inputs: { 'gate-seconds': '2' }, reasonCode: 'secrets-not-staged', accepts: [OLDER, OLD], writes: [], says: ['Fly does not hold the secrets as they were staged', WAYS_ON] }],
  ['a lock that is lost while the secrets are staged', { fault: `github PATCH /repos/*/*/git/refs/** 2- ${FORBIDDEN}`, reasonCode: 'fence-lost', accepts: [OLDER, OLD], writes: ['redis secrets'], says: ['staged there, and shipped by whoever deploys it next: REDIS_PASSWORD, REDIS_PREVIOUS.', WAYS_ON] }],
  ['a lock that is lost while the Redis app is deployed', { fault: `github PATCH /repos/*/*/git/refs/** 3- ${FORBIDDEN}`, reasonCode: 'fence-lost', accepts: [OLD, NEW], writes: ['redis secrets', 'redis machines'], says: ["The deploy lock of production is not this run's", 'accepts REDIS_PASSWORD and REDIS_PREVIOUS since this run.'] }],
])('%s: the shop is not touched, what is accepted is told, and the same again gets there', async (_case, { fault, inputs = {}, decision = 'failed', reasonCode, accepts, writes, says }) => {
  await using pair = await openPair();
  {
    await using run = await on.openRun(...(fault === undefined ? [] : [fault]));
    const ended = await pair.deploy(run, CHANGE, { inputs });
    expectEnding(ended, subject, { decision, reasonCode });
    expect(annotations(ended)).toHaveLength(1);
    for (const sentence of says) expect(annotations(ended)[0]).toContain(sentence);
    expect(await pair.accepted()).toEqual(accepts);
    expect(await pair.shop.environmentOf('REDIS_PASSWORD')).toBe(OLD);
    expect([...new Set(written(run, pair))]).toEqual(writes);
    for (const secret of [OLD, NEW]) expectKept(ended, secret);
  }
  await using run = await on.openRun();
  expectEnding(await pair.deploy(run, CHANGE), subject, { decision: 'done', reasonCode: 'target-serves' });
  expect(await pair.accepted()).toEqual([OLD, NEW]);
  expect(await pair.shop.environmentOf('REDIS_PASSWORD')).toBe(NEW);
});

test('a check that never passes: the shop is not touched, and as long as it does not pass, no later run gives the shop the password either', async () => {
  await using pair = await openPair();
  {
    await using run = await on.openRun('fly machine redis/1 1 never-healthy');
    const ended = await pair.deploy(run, CHANGE, { inputs: { 'gate-seconds': '3' } });
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'redis-not-synced' });
    expect(annotations(ended)[0]).toMatch(/Machine [0-9a-f]{14} \[redis\] has the wanted REDIS_PASSWORD and REDIS_PREVIOUS, is started, and redis does not pass\./u);
    expect(annotations(ended)[0]).toContain(WAYS_ON);
  }
  await using run = await on.openRun();
  const again = await pair.deploy(run, CHANGE, { inputs: { 'gate-seconds': '2' } });
  expectEnding(again, subject, { decision: 'failed', reasonCode: 'redis-not-synced' });
  expect(annotations(again)[0]).toMatch(/The Redis app redis-\d+ has both passwords, and is not well: Machine [0-9a-f]{14} \[redis\] is started, and redis does not pass\./u);
  expect(await pair.shop.environmentOf('REDIS_PASSWORD')).toBe(OLD);
  expect(run.writes()).toBe(0);
});

test('a cancel while the Redis app is deployed: what is told is what was read, and the shop is not touched', async () => {
  await using pair = await openPair();
  await using run = await on.openRun('fly machine redis/1 1 start-takes 600s');
  const ended = await pair.deploy(run, CHANGE, { signals: [{ name: 'SIGINT', when: /Updating existing machines/u }] });
  expectEnding(ended, subject, { decision: 'unknown', reasonCode: 'cancelled' });
  expect(annotations(ended)).toEqual([expect.stringContaining('was not brought to its passwords: Cancelled while flyctl worked.')]);
  expect(annotations(ended)[0]).toContain(WAYS_ON);
  expect(ended.secondsAfterSignal).toBeLessThan(7);
  expect(written(run, pair)).not.toContainEqual(expect.stringContaining('shop'));
  expect(await pair.shop.environmentOf('REDIS_PASSWORD')).toBe(OLD);
});

test.each<[string, Passwords, (pair: Pair) => Readonly<Record<string, string>>, string, string]>([
  ['no token', CHANGE, () => ({ 'redis-fly-api-token': '' }), 'invalid-input', 'and REDIS_FLY_API_TOKEN (Fly token that may deploy the Redis app, where the configuration has `redis`) was found in no place: the input `redis-fly-api-token` is empty'],
  ['the token of another app', CHANGE, ({ shop }) => ({ 'redis-fly-api-token': on.twin.fly.deployToken(shop.name) }), 'anchor-unreadable', 'for this `redis-fly-api-token`: the name of the configuration is wrong, or the token is another app\'s.'],
  ['a token that Fly does not know', CHANGE, () => ({ 'redis-fly-api-token': 'fo1_unknown' }), 'anchor-unreadable', 'input `redis-fly-api-token` is not a token that Fly knows'],
  ['the password in use as neither', { password: NEW, previous: OLDER }, () => ({}), 'redis-not-synced', "the shop's Machines use a REDIS_PASSWORD that is neither the wanted one nor REDIS_PREVIOUS"],
])('%s: one sentence with what to do, and nothing is written', async (_case, wanted, inputs, reasonCode, sentence) => {
  await using pair = await openPair();
  await using run = await on.openRun();
  const ended = await pair.deploy(run, wanted, { inputs: inputs(pair) });
  expectEnding(ended, subject, { decision: 'failed', reasonCode });
  expect(annotations(ended)).toEqual([expect.stringContaining(sentence)]);
  expect({ writes: run.writes(), records: run.records() }).toEqual({ writes: 0, records: 0 });
  expect(await pair.accepted()).toEqual([OLDER, OLD]);
  expectSilent(ended, [OLD, NEW]);
});

test.each([
  ['skip-redis-sync', ' A REDIS_PASSWORD that has changed ships to the shop all the same, whether the Redis app accepts it or not.', 'done', NEW],
  ['skip-secrets-sync', '', 'skipped', OLD],
])('%s leaves the Redis app alone, and is never silent', async (input, more, decision, password) => {
  await using pair = await openPair();
  await using run = await on.openRun();
  const ended = await pair.deploy(run, CHANGE, { inputs: { [input]: 'true', 'redis-fly-api-token': '' } });
  expectEnding(ended, subject, { decision, reasonCode: /serves/u });
  expect(ended.log).toContain(`::warning::${input} is set: whether the Redis app ${pair.redis.name} accepts the wanted REDIS_PASSWORD was not looked at.${more}`);
  expect(notesOf(ended)).toContainEqual({ kind: 'skipped', what: `The passwords of the Redis app ${pair.redis.name} were not looked at: ${input} is set.` });
  expect(run.requests().filter(({ path }) => path.includes(pair.redis.name))).toEqual([]);
  expect(await pair.shop.environmentOf('REDIS_PASSWORD')).toBe(password);
  expect(resultOf(ended).redis).toBeNull();
});
