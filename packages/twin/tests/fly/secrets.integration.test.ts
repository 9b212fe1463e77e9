import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { type Ended, eventually, NEW, OLD, type Stage, stage, toml } from './stage.ts';

let open: Stage | null = null;
afterEach(async () => {
  await open?.stop();
  open = null;
});

const STAGED = 'Secrets have been staged, but not set on VMs. Deploy or update machines in this app for the secrets to take effect.\n';

test('a staged secret reaches Machines with the next deploy, and nobody but them', async () => {
  const on = (open = await stage([], { secrets: { DATABASE_URL: 'postgres://secret' }, speed: 20 }));
  await eventually(async () => (await on.public('/')).text === OLD);
  const list = async (): Promise<unknown> => JSON.parse((await on.flyctl('secrets', 'list', '--app', 'shop', '--json')).said);

  expect(await importing(on, 'COLOUR=green\nSIZE="a#b"\n')).toMatchObject({ code: 0, said: STAGED });
  expect(await list()).toEqual([
    { name: 'COLOUR', digest: 'ba4788b226aa8dc2', status: 'Staged' },
    { name: 'DATABASE_URL', digest: expect.stringMatching(/^[0-9a-f]{16}$/u), status: 'Deployed' },
    { name: 'SIZE', digest: '8187fc8f7f007036', status: 'Staged' },
  ]);
  expect(JSON.stringify(await list())).not.toContain('green');
  expect((await on.flyctl('secrets', 'list', '--app', 'shop')).said).toContain('There are 2 secrets not deployed. Deploy with `fly secrets deploy` to make them available.');
  expect((await on.public('/env/COLOUR')).text).toBe('');

  expect((await deploy(on)).code).toBe(0);
  expect((await on.public('/env/COLOUR')).text).toBe('green');
  expect((await on.public('/env/DATABASE_URL')).text).toBe('postgres://secret');
  expect(await list()).toMatchObject([{ status: 'Deployed' }, { status: 'Deployed' }, { status: 'Deployed' }]);
});

test.each([
  ['nothing on standard input', '', 'Error: requires at least one SECRET=VALUE pair\n'],
  ['a line without =', 'NOEQUALS\n', 'Error: Failed to parse secrets from stdin: Secrets must be provided as NAME=VALUE pairs (NOEQUALS is invalid)\n'],
])('%s: nothing is set', async (_, text, said) => {
  const on = (open = await stage());
  expect(await importing(on, text)).toMatchObject({ code: 1, said });
  expect(JSON.parse((await on.flyctl('secrets', 'list', '--app', 'shop', '--json')).said)).toEqual([]);
});

test('set and unset; a version is remembered for the next deploy', async () => {
  const on = (open = await stage());
  expect(await on.flyctl('secrets', 'set', '--stage', '--app', 'shop', 'ONE=1', 'TWO=2')).toMatchObject({ code: 0, said: STAGED });
  expect(await on.flyctl('secrets', 'unset', '--stage', '--app', 'shop', 'ONE')).toMatchObject({ code: 0, said: STAGED });
  expect(JSON.parse((await on.flyctl('secrets', 'list', '--app', 'shop', '--json')).said)).toMatchObject([{ name: 'TWO', status: 'Staged' }]);
  expect(await on.file('.fly/config.yml')).toBe('app_secrets_minvers:\n    shop: 3\n');
});

async function importing(on: Stage, text: string): Promise<Ended> {
  const { child, ended } = on.startFlyctl('secrets', 'import', '--stage', '--app', 'shop');
  child.stdin?.end(text);
  return ended;
}

async function deploy(on: Stage): Promise<Ended> {
  const config = join(tmpdir(), `fly-${process.pid}-${Math.random().toString(36).slice(2)}.toml`);
  await writeFile(config, toml('rolling'));
  const ended = await on.flyctl('deploy', '--app', 'shop', '--config', config, '--image', `registry.fly.io/shop:${NEW.slice(0, 7)}`, '--remote-only', '--yes');
  await rm(config);
  return ended;
}
