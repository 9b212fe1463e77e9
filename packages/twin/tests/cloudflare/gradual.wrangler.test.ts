import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ACCOUNT, openStage, type Said, SHA, type Stage } from './stage.ts';

// wrangler takes a second to start on an idle machine, and many on a busy one.
jest.setTimeout(120_000);

let stage: Stage;
let before = '';
let after = '';
beforeAll(async () => {
  stage = await openStage();
  before = await stage.seed(SHA.old);
  after = await stage.upload(SHA.new);
});
afterAll(() => stage.stop());

const DEPLOYMENTS = `/accounts/${ACCOUNT}/workers/scripts/shop-dashboard/deployments`;
const LATEST = `/accounts/${ACCOUNT}/workers/workers/shop-dashboard/versions/latest`;
const VERSIONS = `/accounts/${ACCOUNT}/workers/scripts/shop-dashboard/versions?deployable=true`;
const liveId = async (): Promise<string> => ((await stage.call('GET', DEPLOYMENTS)).result as { deployments: { id: string }[] }).deployments[0]?.id ?? '';
const split = (...shares: readonly (readonly [string, number])[]): Promise<{ status: number }> =>
  stage.call('POST', DEPLOYMENTS, { body: { strategy: 'percentage', versions: shares.map(([version_id, percentage]) => ({ version_id, percentage })) } });
const visitors = async (count: number, headers: (index: number) => Record<string, string> = () => ({})): Promise<string[]> => {
  const seen: string[] = [];
  for (let index = 0; index < count; index += 1) seen.push((await stage.visit('/__version', headers(index))).version ?? '');
  return seen;
};
const override = (id: string): Record<string, string> => ({ 'Cloudflare-Workers-Version-Overrides': `shop-dashboard="${id}"` });

describe('a deployment of two versions', () => {
  test('an upload alone changes nothing for the public', async () => {
    expect(stage.world.serves('shop-dashboard')).toBe(SHA.old);
    expect((await stage.visit('/__version', override(after))).version).toBe(before);
  });

  test('at 0 % only the override header reaches the new version', async () => {
    await split([after, 0], [before, 100]);
    expect(stage.world.serves('shop-dashboard')).toBe(SHA.old);
    expect(new Set(await visitors(20))).toEqual(new Set([before]));
    expect((await stage.visit('/__version', override(after))).text).toContain(SHA.new);
  });

  test('10/90 sends a tenth of the visitors to the new one', async () => {
    expect((await stage.wrangler('versions', 'deploy', `${after}@10%`, `${before}@90%`, '-y', '--name', 'shop-dashboard')).code).toBe(0);
    expect(stage.world.serves('shop-dashboard')).toEqual({ mixed: expect.arrayContaining([SHA.old, SHA.new]) });
    const fresh = (await visitors(100)).filter((version) => version === after).length;
    expect(fresh).toBeGreaterThanOrEqual(8);
    expect(fresh).toBeLessThanOrEqual(12);
    expect((await stage.visit('/__version', override(after))).version).toBe(after);
    expect((await stage.visit('/__version', override(before))).version).toBe(before);
  });

  test('a key stays on its version, and on the new one as that grows', async () => {
    const keyed = (): Promise<string[]> => visitors(40, (index) => ({ 'Cloudflare-Workers-Version-Key': `visitor-${index}` }));
    const few = await keyed();
    expect(await keyed()).toEqual(few);
    await split([before, 50], [after, 50]);
    const half = await keyed();
    expect(half.filter((version) => version === after).length).toBeGreaterThan(few.filter((version) => version === after).length);
    expect(few.every((version, index) => version === before || half[index] === after)).toBe(true);
  });

  test.each([
    ['do not total 100', () => [[after, 10], [before, 80]] as const],
    ['name a version that nobody uploaded', () => [['00000000-0000-4000-8000-000000000000', 100]] as const],
    ['name one version twice', () => [[after, 50], [after, 50]] as const],
    ['name no version', () => [] as const],
  ])('shares that %s are refused and change nothing', async (_, shares) => {
    expect(await split(...shares())).toMatchObject({ status: 400 });
    expect(stage.world.serves('shop-dashboard')).toEqual({ mixed: [SHA.old, SHA.new] });
  });

  test('a world that is opened again on its directory serves the same, and returns to the old', async () => {
    await split([after, 100]);
    await stage.restart();
    expect(stage.world.serves('shop-dashboard')).toBe(SHA.new);
    expect((await stage.visit('/')).text).toContain(SHA.new);
    await split([before, 100]);
    expect((await stage.visit('/__version')).version).toBe(before);
  });
});

const deployBy = (...specs: readonly string[]): Promise<Said> => stage.wrangler('versions', 'deploy', ...specs, '-y', '--name', 'shop-dashboard');

describe('what stands in the way of a deployment', () => {
  test('a switch is not everywhere at once, and the old version answers again after the new one', async () => {
    await split([before, 100]);
    stage.world.lag(4000);
    const switched = Date.now();
    await split([after, 0], [before, 100]);
    await split([after, 100]);
    expect(stage.world.serves('shop-dashboard')).toBe(SHA.new);
    expect(new Set(await visitors(4))).toEqual(new Set([before]));
    expect((await stage.visit('/__version', override(after))).version).toBe(after);
    const seen: string[] = [];
    while (Date.now() < switched + 5000) seen.push(...(await visitors(1)));
    const arrived = seen.indexOf(after);
    expect(seen.slice(arrived)).toContain(before);
    expect(new Set(await visitors(4))).toEqual(new Set([after]));
    stage.world.lag(0);
  });

  test('a second actor is told from us by the id of the deployment, and wrangler overwrites it all the same', async () => {
    await split([after, 10], [before, 90]);
    const ours = await liveId();
    await split([after, 10], [before, 90]);
    expect(await liveId()).not.toBe(ours);
    expect((await deployBy(`${after}@50%`, `${before}@50%`)).code).toBe(0);
  });

  test('without specs wrangler shows its picker, posts nothing, and says 0', async () => {
    const live = await liveId();
    const said = await stage.wrangler('versions', 'deploy', '--name', 'shop-dashboard');
    expect([said.code, await liveId()]).toEqual([0, live]);
  });

  test('going back past a change of secrets is refused (10220): rollback forces it, a deployment by the id does not', async () => {
    await split([after, 100]);
    await stage.call('PATCH', LATEST, { body: { env: { SECRET: { type: 'secret_text', text: 'two' } } } });
    const { result } = await stage.call('GET', VERSIONS);
    const changed = (result as { items: { id: string }[] }).items[0]?.id ?? '';
    expect((await deployBy(`${changed}@100%`)).code).toBe(0);
    const refused = await deployBy(`${before}@100%`);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('10220')]);
    expect((await stage.visit('/__version')).version).toBe(changed);
    expect((await stage.wrangler('rollback', before, '-y', '--name', 'shop-dashboard')).code).toBe(0);
    expect((await stage.visit('/__version')).version).toBe(before);
  });

  test('a version that has left the last hundred is not deployable any more', async () => {
    for (let count = 0; count < 100; count += 1) await stage.call('PATCH', LATEST, { body: {} });
    expect((await deployBy(`${after}@100%`)).code).toBe(1);
    expect((await stage.visit('/__version')).version).toBe(before);
  });
});
