import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ACCOUNT, openStage, SHA, type Stage } from './stage.ts';

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
