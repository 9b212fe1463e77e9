import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readShopConfig, surfacesOf } from '../../src/shop/config.ts';
import { openWorld } from '../../src/world/open.ts';
import type { World, WorldRun } from '../../src/world/types.ts';
import { LONG, type Rehearsed, rehearsed, requestsIn, typed, worldFolder } from '../stage.ts';

let directory: string;
let world: World;
/** A look from outside: the runs join this world. */
let seen: WorldRun;
beforeAll(async () => {
  directory = await worldFolder();
  world = await openWorld({ directory, keep: true, speed: 10, from: null, say: () => undefined });
  seen = await world.openRun({ faults: [], latencyMs: 0, environment: 'prod-preview' });
}, LONG);
afterAll(async () => {
  await seen.close();
  await world.leave();
  await rm(directory, { recursive: true, force: true });
});

const OURS = /-prod-preview$/u;
type Inventory = Awaited<ReturnType<WorldRun['inventory']>>;
/** All of the account that is not the hidden lane's. */
const others = ({ routes, workers, ...rest }: Inventory): unknown => ({ ...rest, routes: routes.filter(({ script }) => !OURS.test(script)), workers: workers.filter(({ name }) => !OURS.test(name)) });
const ways = ({ routes }: Inventory): string[] => routes.filter(({ script }) => OURS.test(script)).map(({ pattern }) => pattern).toSorted();
const BOTH = ['dashboard-preview.shop.example/*', 'www-preview.shop.example/*'];

const lane = (...args: readonly string[]): Promise<Rehearsed> => rehearsed('deploy-prod-preview', '--world', directory, ...args);
/** Fly is asked for nothing in this lane, and so is its registry. */
const ofFly = (requests: Rehearsed['requests']): string[] => requests.filter(({ provider }) => provider === 'fly' || provider === 'registry').map(({ method, path }) => `${method} ${path}`);

test('Access that is not proven before the route, or no longer after it: no way in stays; the command that is printed opens the lane', async () => {
  const before = await seen.inventory();
  // The Dashboard's is proven before the upload and before its route is created, and not after that; the Storefront's never.
  const doubted = await lane('-f', 'ref=develop', '--fault', 'shop HEAD / 3- without cf-access-metadata');
  expect(doubted.outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', rehearsal: { ok: true } });
  const failures = doubted.outcome.annotations.filter(({ level }) => level === 'error').map(({ message }) => message).join('\n');
  expect(failures).toMatch(/dashboard-preview\.shop\.example[\s\S]*not deployed: that Cloudflare Access stands before www-preview\.shop\.example is not proven/u);
  expect(doubted.requests.filter(({ write, path }) => write && path.includes('/workers/routes')).map(({ method }) => method)).toEqual(['POST', 'DELETE']);
  const after = await seen.inventory();
  expect([ways(after), others(after)]).toEqual([[], others(before)]);
  expect(ofFly(doubted.requests)).toEqual([]);

  const sha = doubted.report?.sha ?? '';
  expect(doubted.outcome.truth.after).toEqual({ ...doubted.outcome.truth.before, dashboard: sha });
  expect(doubted.report?.next).toEqual([`gh workflow run deploy-prod-preview.yml -f ref=${sha}`]);
  expect(await typed(directory, doubted.report?.next[0] ?? '')).toMatchObject({ exitCode: 0, said: expect.stringMatching(/^deploy-prod-preview: success, verdict deployed/mu) as unknown });
  const open = await seen.inventory();
  expect([ways(open), others(open)]).toEqual([BOTH, others(before)]);
  // What serves in production, and its database, are as before; the hidden Workers have the commit, which is not on main.
  const { before: first } = doubted.outcome.truth;
  expect(await truth()).toEqual({ ...first, dashboard: sha, storefront: sha });
  for (const run of await readdir(join(directory, 'out'))) expect(ofFly(await requestsIn(join(directory, 'out', run)))).toEqual([]);
}, 3 * LONG);

test('smoke of an open lane writes nothing; close removes the ways in and nothing else; a closed lane fails the smoke', async () => {
  const open = await seen.inventory();
  expect(ways(open)).toEqual(BOTH);
  const smoke = await lane('-f', 'action=smoke');
  expect(smoke.outcome).toMatchObject({ conclusion: 'success', outputs: { ok: 'true' }, writes: 0, records: 0, rehearsal: { ok: true } });
  expect(smoke.log).toMatch(/dashboard, storefront: every configured probe passed/u);

  const closed = await lane('-f', 'action=close');
  expect(closed.outcome).toMatchObject({ conclusion: 'success', writes: 2, rehearsal: { ok: true } });
  const after = await seen.inventory();
  expect(after).toEqual({ ...open, routes: open.routes.filter(({ pattern }) => !BOTH.includes(pattern)) });
  expect(closed.outcome.truth.after).toEqual(closed.outcome.truth.before);
  expect([...ofFly(smoke.requests), ...ofFly(closed.requests)]).toEqual([]);

  const red = await lane('-f', 'action=smoke');
  expect(red.outcome).toMatchObject({ conclusion: 'failure', outputs: { ok: 'false' }, writes: 0 });
}, 3 * LONG);

async function truth(): Promise<unknown> {
  return seen.truth(surfacesOf(await readShopConfig(world.facts.shop), 'prod-preview'));
}
