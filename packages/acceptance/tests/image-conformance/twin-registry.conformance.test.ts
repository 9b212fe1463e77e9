import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Challenge, serveRegistry } from '@vendure-deploy/twin';
import { type BuildKit, openBuildKit } from '../stage/buildkit.ts';
import { openScratchShop, type ScratchShop } from '../stage/scratch-shop.ts';

jest.setTimeout(180_000);

const TOKEN = 'password-of-x';
let buildkit: BuildKit;
let shop: ScratchShop;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'twin-registry-'));
  [buildkit, shop] = await Promise.all([openBuildKit(), openScratchShop('127.0.0.1:9/shop')]);
});
afterAll(async () => {
  await Promise.all([buildkit[Symbol.asyncDispose](), shop[Symbol.asyncDispose]()]);
  await rm(directory, { recursive: true });
});

test.each<Challenge>(['basic', 'bearer'])('a real docker pushes to the twin\'s registry and pulls from it (%s)', async (challenge) => {
  await using registry = await serveRegistry({ directory: join(directory, challenge), token: TOKEN, challenge });
  const name = `${registry.host}/shop:${challenge}`;
  const docker = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await buildkit.docker(...args);
    if (code !== 0) throw new Error(`docker ${args[0]}: ${stderr}`);
    return stdout;
  };
  await docker('login', '--username', 'x', '--password', TOKEN, registry.host);
  await docker('buildx', 'build', '--provenance=false', '--push', '--tag', name, shop.folder);
  const [, pushed] = /^Digest: (sha256:[0-9a-f]{64})$/mu.exec(await docker('pull', name)) ?? [];
  await buildkit.forget();
  const [, pulled] = /^Digest: (sha256:[0-9a-f]{64})$/mu.exec(await docker('pull', name)) ?? [];
  expect(pulled).toMatch(/^sha256:/u);
  expect(pulled).toBe(pushed);
});
