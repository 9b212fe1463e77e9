import { describe, expect, test } from '@jest/globals';
import { type Clock, lasting } from '@vendure-deploy/shared/action';
import type { HttpClient, HttpRequest, HttpResult } from '@vendure-deploy/shared/net';
import { type CloudflareLaneClient, ProviderError, type Route } from '@vendure-deploy/shared/providers/cloudflare';
import { Secret } from '@vendure-deploy/shared/secrets';
import { type Account, otherChanges } from '../src/lane/account.ts';
import { isOurs } from '../src/lane/anchor.ts';
import { judgeOpening } from '../src/lane/judge.ts';
import { recall } from '../src/lane/remembered.ts';
import type { Lane } from '../src/lane/settings.ts';
import { removeRoutes } from '../src/lane/shut.ts';
import { type Waiting, waitForVersion, waitUntilGone } from '../src/lane/waiting.ts';

const SHA = 'b'.repeat(40);
const lane: Lane = { surface: 'dashboard', worker: 'shop-preview', sha: SHA, zone: 'shop.example', pattern: 'preview.shop.example/*', host: 'preview.shop.example', versionUrl: 'https://preview.shop.example/__version' };
const route = (pattern: string, worker: string | null, id = `id-of-${pattern}`): Route => ({ id, pattern, worker });
const ours = route(lane.pattern, lane.worker);
const landing = route('www.shop.example/landing/*', 'shop-landing');
const live = (versionId: string, tag: string | null = SHA): Account['live'] => ({ kind: 'live', deploymentId: `d-${versionId}`, versionId, tag });
const account = (change: Partial<Account> = {}): Account => ({ live: live('v1'), routes: [landing], subdomain: { enabled: false, previewsEnabled: false }, domains: [], ...change });

/** Time passes only where somebody waits. */
function clockOf(): Clock & { readonly waited: number[] } {
  let now = 0;
  const waited: number[] = [];
  return { waited, now: () => now, sleep: (ms) => { now += ms; waited.push(ms); return Promise.resolve(); } };
}

describe('before the first write', () => {
  test.each<[string, Account, string]>([
    ['one version of the commit, no route yet', account(), 'openable'],
    ['the route is ours already', account({ routes: [landing, ours] }), 'openable'],
    ['another pattern of the same host is ours', account({ routes: [route('preview.shop.example/x', lane.worker)] }), 'openable'],
    ["the pattern is another Worker's", account({ routes: [route(lane.pattern, 'shop-landing')] }), 'route-taken'],
    ['the pattern is kept free of Workers', account({ routes: [route(lane.pattern, null)] }), 'route-taken'],
    ['another host leads to the Worker', account({ routes: [route('https://open.shop.example/*', lane.worker)] }), 'access-unproven'],
    ['any host leads to the Worker', account({ routes: [route('*.shop.example/*', lane.worker)] }), 'access-unproven'],
    ['a custom domain leads to the Worker', account({ domains: ['own.shop.example'] }), 'access-unproven'],
    ['nothing is deployed', account({ live: { kind: 'absent' } }), 'lane-not-ready'],
    ['another commit is live', account({ live: live('v1', 'c'.repeat(40)) }), 'lane-not-ready'],
    ['a version without a commit is live', account({ live: live('v1', null) }), 'lane-not-ready'],
    ['a gradual deployment is in progress', account({ live: { kind: 'split', deploymentId: 'd', versions: [{ id: 'v1', percentage: 10 }, { id: 'v0', percentage: 90 }] } }), 'deployment-split'],
  ])('%s → %s', (_, given, expected) => {
    const judged = judgeOpening(lane, { kind: 'read', zoneId: 'z1', account: given });
    expect(judged.kind === 'openable' ? 'openable' : judged.judgement.reasonCode).toBe(expected);
    if (judged.kind === 'refused') expect(judged.judgement.message).toContain('Nothing was written');
  });

  test.each([
    [{ kind: 'unknown-zone', why: 'Cloudflare knows no zone shop.example' }, 'invalid-config'],
    [{ kind: 'unreadable', why: 'Cloudflare answered HTTP 500' }, 'anchor-unreadable'],
  ] as const)('an anchor that is %j', (anchor, reasonCode) => {
    expect(judgeOpening(lane, anchor)).toMatchObject({ kind: 'refused', judgement: { decision: 'failed', reasonCode, message: expect.stringContaining(anchor.why) } });
  });
});

test.each<[string, Account, string[]]>([
  ['nothing', account(), []],
  ['a route of another Worker is gone', account({ routes: [] }), ['the route www.shop.example/landing/* of shop-landing is not there any more as it was']],
  ['a route is new', account({ routes: [landing, route('a/*', null)] }), ['the route a/* of no Worker is new']],
  ['a route leads elsewhere', account({ routes: [{ ...landing, worker: 'x' }] }), ['the route www.shop.example/landing/* of shop-landing is not there any more as it was', 'the route www.shop.example/landing/* of x is new']],
  ['another version is live', account({ live: live('v2') }), ['another deployment of the Worker is live']],
  ['a custom domain is new', account({ domains: ['own.shop.example'] }), ['the custom domains of the Worker are others']],
  ['workers.dev is on', account({ subdomain: { enabled: true, previewsEnabled: false } }), ['the workers.dev switches of the Worker are others']],
])('what differs beside the removed route: %s', (_, after, expected) => {
  expect(otherChanges(account({ routes: [landing, ours] }), after, [ours.id])).toEqual(expected);
});

describe('removing', () => {
  function cloudflareOf(reads: readonly (readonly Route[] | 'error')[], refuses = 0): { client: CloudflareLaneClient; deleted: string[] } {
    const deleted: string[] = [];
    let [read, refused] = [0, 0];
    const error = (): Promise<never> => Promise.reject(new ProviderError('unavailable', 'Cloudflare answered HTTP 500'));
    const client = {
      routes: () => {
        const given = reads[Math.min(read, reads.length - 1)] ?? [];
        read += 1;
        return given === 'error' ? error() : Promise.resolve(given);
      },
      deleteRoute: (_: string, id: string) => {
        deleted.push(id);
        return (refused += 1) <= refuses ? error() : Promise.resolve();
      },
    } as unknown as CloudflareLaneClient;
    return { client, deleted };
  }

  test.each<[string, Parameters<typeof cloudflareOf>, string | null, string[]]>([
    ['it is not there', [[[landing]]], null, []],
    ['it is there, and then not', [[[landing, ours], [landing]]], null, [ours.id]],
    ['it is there for one more read', [[[ours], [ours], []]], null, [ours.id, ours.id]],
    ['the removal is refused once', [[[ours], [ours], []], 1], null, [ours.id, ours.id]],
    ['the removal is refused, and done all the same', [[[ours], []], 1], null, [ours.id]],
    ['the zone cannot be read once', [['error', [ours], []]], null, [ours.id]],
    ['the zone cannot be read', [['error']], 'Cloudflare answered HTTP 500', []],
  ])('%s', async (_, given, why, expected) => {
    const { client, deleted } = cloudflareOf(...given);
    const shut = await removeRoutes({ cloudflare: client, zoneId: 'z1', ours: isOurs(lane), clock: clockOf(), signal: new AbortController().signal, budgetMs: 2000 });
    expect([shut.why, deleted]).toEqual([why, expected]);
    if (why === null) expect(shut.removed).toEqual([...new Set(expected)]);
  });

  test('after the signal it tries once more, and does not wait', async () => {
    const { client, deleted } = cloudflareOf([[ours]], 100);
    const clock = clockOf();
    const shut = await removeRoutes({ cloudflare: client, zoneId: 'z1', ours: isOurs(lane), clock, signal: AbortSignal.abort(), budgetMs: 60_000 });
    expect([shut.why, shut.removed, deleted, clock.waited]).toEqual(['Cloudflare answered HTTP 500', [], [ours.id], []]);
  });

  test('what outlives a cancel ends after it, not with it', async () => {
    const cancel = new AbortController();
    const signal = lasting(cancel.signal, 10);
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    cancel.abort();
    expect(signal.aborted).toBe(false);
    await ended;
    expect(lasting(AbortSignal.abort(), 10_000).aborted).toBe(false);
  });
});

describe('waiting', () => {
  const token = { 'cf-access-client-id': new Secret('id.access'), 'cf-access-client-secret': new Secret('cfast_secret') };

  /** Answers one after another, the last one for ever; `behind` for who shows the service token. */
  function hostOf(answers: readonly Partial<HttpResult & { status: number }>[], behind = answers): { waiting: Waiting; asked: HttpRequest[] } {
    const asked: HttpRequest[] = [];
    const counts = { public: 0, token: 0 };
    const request = (given: HttpRequest): Promise<HttpResult> => {
      asked.push(given);
      const who = given.headers?.['cf-access-client-id'] === undefined ? 'public' : 'token';
      const list = who === 'public' ? answers : behind;
      const answer = list[Math.min(counts[who], list.length - 1)];
      counts[who] += 1;
      return Promise.resolve({ kind: 'response', status: 200, headers: {}, ...answer } as HttpResult);
    };
    return { asked, waiting: { http: { request } as unknown as HttpClient, clock: clockOf(), signal: new AbortController().signal, url: lane.versionUrl, budgetMs: 10_000, intervalMs: 2000 } };
  }

  const version = (versionId: string, sha = SHA) => ({ headers: { 'x-deploy-version': versionId }, json: () => ({ sha, versionId }) });
  const LOGIN = { status: 302, headers: { location: 'https://shop.cloudflareaccess.com/' } };
  const SILENT = { kind: 'unreachable', reason: 'timeout', message: 'no answer' } as const;

  test.each([
    ['it answers at once', [version('v1')], null],
    ['it answers after the old one', [version('v0', 'a'.repeat(40)), version('v1')], null],
    ['the old one comes back once', [version('v1'), version('v0'), version('v1')], null],
    ['the old one stays', [version('v0')], 'answers as version v0'],
    ['another commit under the same version', [version('v1', 'a'.repeat(40))], `answers as version v1 of ${'a'.repeat(40)}`],
    ['the login page stays', [LOGIN], 'the application needs a policy with the action Service Auth'],
    ['nothing answers', [SILENT], 'no answer'],
  ])('for the version: %s', async (_, answers, why) => {
    const { waiting, asked } = hostOf(answers);
    expect(await waitForVersion(waiting, token, { versionId: 'v1', sha: SHA })).toEqual(why === null ? null : expect.stringContaining(why));
    expect(asked.every(({ freshConnection, headers }) => freshConnection === true && headers?.['cf-access-client-secret'] === token['cf-access-client-secret'])).toBe(true);
  });

  test.each<[string, Parameters<typeof hostOf>, readonly string[] | null, string | null]>([
    ['a login page before, nothing behind', [[LOGIN], [{ status: 404 }]], ['v1'], null],
    ['a login page before, the Worker behind', [[LOGIN], [version('v1')]], ['v1'], 'still answers with version v1'],
    ['the Worker behind goes after a while', [[LOGIN], [version('v1'), version('v1'), { status: 522 }]], ['v1'], null],
    ['the Worker comes back once', [[LOGIN], [{ status: 404 }, version('v1'), { status: 404 }]], ['v1'], null],
    ["another Worker's version behind", [[LOGIN], [version('w9')]], ['v1'], null],
    ['a version behind, and ours are not known', [[LOGIN], [version('w9')]], null, 'still answers with version w9'],
    ['the Worker before', [[version('v1')], [{ status: 404 }]], ['v1'], 'still answers with version v1'],
    ['nothing answers', [[SILENT]], ['v1'], 'gave no answer'],
  ])('until it is gone: %s', async (_, given, known, why) => {
    const { waiting } = hostOf(...given);
    expect(await waitUntilGone(waiting, token, known)).toEqual(why === null ? null : expect.stringContaining(why));
  });

  test('without a service token only a visitor asks', async () => {
    const { waiting, asked } = hostOf([LOGIN], [version('v1')]);
    expect([await waitUntilGone(waiting, null, ['v1']), asked.length]).toEqual([null, 2]);
  });

  test('a wait that is cancelled is no certainty', async () => {
    const { waiting, asked } = hostOf([LOGIN]);
    expect(await waitUntilGone({ ...waiting, signal: AbortSignal.abort() }, null, ['v1'])).toContain('cancelled');
    expect(asked).toEqual([]);
  });
});

test('without its mark there is nothing for the post step', () => {
  expect(recall('')).toBeNull();
  const remembered = { accountId: 'a', zoneId: 'z', zone: 'shop.example', worker: 'w', pattern: 'p/*', versionUrl: 'https://p/__version', versionId: 'v1' };
  expect(recall(JSON.stringify(remembered))).toEqual(remembered);
});
