import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ACCOUNT, openStage, SHA, type Stage } from './stage.ts';

// wrangler takes a second to start on an idle machine, and many on a busy one.
jest.setTimeout(120_000);

let stage: Stage;
let first = '';
let second = '';
beforeAll(async () => { stage = await openStage(); });
afterAll(() => stage.stop());

const sent = (from: number): string[] => stage.requests().slice(from).filter(({ write }) => write).map(({ method, path }) => `${method} ${path.split('/').slice(5).join('/')}`);

describe('real wrangler deploys', () => {
  test('the first one serves assets and says which version answers', async () => {
    expect(stage.world.serves('shop-dashboard')).toBeNull();
    const secrets = join(stage.directory, 'secrets.json');
    await writeFile(secrets, '{"SECRET":"one"}');
    first = await stage.ship(SHA.old, '--secrets-file', secrets);
    expect(stage.world.serves('shop-dashboard')).toBe(SHA.old);
    const version = await stage.visit('/__version');
    expect(JSON.parse(version.text)).toEqual({ sha: SHA.old, versionId: first, tag: SHA.old, surface: 'dashboard' });
    expect(version.version).toBe(first);
    expect(await stage.visit('/')).toMatchObject({ status: 200, text: `<h1>Dashboard ${SHA.old}</h1>`, version: first });
    expect(sent(0)).toContain('PUT workers/scripts/shop-dashboard');
    expect(sent(0).filter((call) => call.includes('session'))).toEqual([]);
  });

  test('the next one uploads a version, then switches; unchanged files are not sent again', async () => {
    const before = stage.requests().length;
    second = await stage.ship(SHA.new, '--message', 'run 7');
    expect(second).not.toBe(first);
    expect(stage.world.serves('shop-dashboard')).toBe(SHA.new);
    expect(sent(before).slice(0, 3)).toEqual(['POST workers/assets/upload', 'POST workers/scripts/shop-dashboard/versions', 'POST workers/scripts/shop-dashboard/deployments']);
    const deep = await stage.visit('/deep/link');
    expect(deep).toMatchObject({ status: 200, text: `<h1>Dashboard ${SHA.new}</h1>`, version: second });
    expect(deep.headers.get('x-frame-options')).toBe('DENY');
    expect((await stage.visit('/dashboard.js')).headers.get('content-type')).toMatch(/javascript/u);
  });

  test('a secret travels in the version it came with, and the next one inherits it', async () => {
    expect(JSON.parse((await stage.visit('/settings.json')).text)).toEqual({ origin: 'https://api.shop.example', secret: 'one', other: null, url: 'https://dashboard.shop.example/settings.json' });
  });

  test('what is live is told as it is', async () => {
    const [status, list, view, versions] = await Promise.all([
      stage.wrangler('deployments', 'status', '--json', '--name', 'shop-dashboard'),
      stage.wrangler('deployments', 'list', '--json', '--name', 'shop-dashboard'),
      stage.wrangler('versions', 'view', second, '--json', '--name', 'shop-dashboard'),
      stage.wrangler('versions', 'list', '--json', '--name', 'shop-dashboard'),
    ]);
    expect(JSON.parse(status.out)).toMatchObject({ versions: [{ version_id: second, percentage: 100 }], annotations: { 'workers/message': 'run 7' } });
    // wrangler turns both lists round: the newest stands last.
    expect((JSON.parse(versions.out) as { id: string }[]).map(({ id }) => id)).toEqual([first, second]);
    const listed = JSON.parse(list.out) as { versions: { version_id: string }[] }[];
    expect(listed.map(({ versions }) => versions[0]?.version_id)).toEqual([first, second]);
    expect(JSON.parse(view.out)).toMatchObject({ id: second, annotations: { 'workers/tag': SHA.new } });
  });

  test('the version before serves again by its id', async () => {
    const back = await stage.wrangler('versions', 'deploy', `${first}@100%`, '-y', '--name', 'shop-dashboard');
    expect(back.entry('version-deploy')).toMatchObject({ deployment_id: expect.any(String) });
    expect(stage.world.serves('shop-dashboard')).toBe(SHA.old);
    expect((await stage.visit('/')).version).toBe(first);
    expect((await stage.wrangler('rollback', second, '-y', '--name', 'shop-dashboard')).code).toBe(0);
    expect(stage.world.serves('shop-dashboard')).toBe(SHA.new);
  });

  test("a route that is another Worker's is refused, though the new Worker is live by then; its owner may name it again", async () => {
    const intruder = ['--config', 'wrangler.json', '--env', 'production', '--name', 'shop-intruder', '--tag', SHA.new];
    const [refused, again] = await Promise.all([stage.wrangler('deploy', ...intruder), stage.wrangler('triggers', 'deploy', '--config', 'wrangler.json', '--env', 'production')]);
    expect([refused.code, again.code]).toEqual([1, 0]);
    expect(refused.err).toMatch(/assigned to another worker/u);
    expect(stage.world.serves('shop-intruder')).toBe(SHA.new);
    expect((await stage.visit('/__version')).version).toBe(second);
    const routes = await stage.call('PUT', `/accounts/${ACCOUNT}/workers/scripts/shop-intruder/routes`, { body: [{ pattern: 'dashboard.shop.example/*', zone_name: 'shop.example' }] });
    expect(routes).toMatchObject({ status: 409, code: 10020 });
  });

  test('a closed route serves nobody', async () => {
    const zone = `/zones/${'f'.repeat(32)}/workers/routes`;
    const { result } = await stage.call('GET', zone);
    const [route] = result as { id: string; pattern: string }[];
    expect(route?.pattern).toBe('dashboard.shop.example/*');
    await stage.call('DELETE', `${zone}/${route?.id ?? ''}`);
    expect((await stage.visit('/')).status).toBe(0);
  });

  test('no call left the twin, and every one was understood', () => {
    expect(stage.strayCalls()).toEqual([]);
    expect(stage.requests().filter(({ status }) => status >= 500)).toEqual([]);
  });
});
