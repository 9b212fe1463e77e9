import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStage, SHA, type Stage } from './stage.ts';

// wrangler takes a second to start on an idle machine, and many on a busy one.
jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.seed(SHA.new, [{ type: 'secret_text', name: 'SECRET', text: 'one' }]);
});
afterAll(() => stage.stop());

const NAME = ['--name', 'shop-dashboard'];
const fileOf = async (secrets: Record<string, string>): Promise<string> => {
  const path = join(stage.directory, 'secrets.json');
  await writeFile(path, JSON.stringify(secrets));
  return path;
};
const seen = async (): Promise<unknown> => JSON.parse((await stage.visit('/settings.json')).text);

describe('secrets', () => {
  test('set together they serve at once, in a version without a tag', async () => {
    expect((await stage.wrangler('secret', 'bulk', await fileOf({ SECRET: 'two', OTHER: 'more' }), ...NAME)).code).toBe(0);
    expect(await seen()).toMatchObject({ secret: 'two', other: 'more' });
    expect(stage.world.serves('shop-dashboard')).toMatch(/^untagged:/u);
    expect((await stage.visit('/__version')).text).toContain(SHA.new);
  });

  test('set for a version they serve only when that is deployed', async () => {
    expect((await stage.wrangler('versions', 'secret', 'bulk', await fileOf({ SECRET: 'three' }), '--tag', SHA.new, ...NAME)).code).toBe(0);
    expect(await seen()).toMatchObject({ secret: 'two' });
  });

  test('are not set at once while a newer version waits, and listed without their values', async () => {
    const [refused, listed] = await Promise.all([stage.wrangler('secret', 'bulk', await fileOf({ SECRET: 'four' }), ...NAME), stage.wrangler('secret', 'list', ...NAME)]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/versions secret bulk/u);
    expect(await seen()).toMatchObject({ secret: 'two' });
    expect((JSON.parse(listed.out) as { name: string }[]).map(({ name }) => name).toSorted()).toEqual(['OTHER', 'SECRET']);
    expect(listed.out).not.toContain('three');
  });
});
