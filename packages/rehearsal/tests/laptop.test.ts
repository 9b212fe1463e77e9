import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { laptopEnvironment } from '../src/laptop/environment.ts';
import { runCommand } from '../src/laptop/run-command.ts';
import { readShopConfig, type ShopConfig } from '../src/shop/config.ts';
import { environmentSecrets, setEnvironmentSecret } from '../src/world/environment-secrets.ts';
import type { WorldFacts } from '../src/world/types.ts';
import { eventually, processesOf, start } from './stage.ts';

const MAIN = ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source', join(import.meta.dirname, '../src/laptop/main.ts')];

const FACTS: WorldFacts = {
  shelf: '/world/shelf', flyctl: '/world/flyctl', home: '/world/home', speed: 10, credentials: { flyApiToken: 'fly', cloudflareApiToken: 'cloudflare' },
  serviceToken: null, flyTokens: { 'shop-production': 'of-production' }, databaseOrigin: 'postgres://postgres:pw@127.0.0.1:1', shop: '/world/shop',
};

let directory: string;
let shop: ShopConfig;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'laptop-'));
  shop = await readShopConfig(join(import.meta.dirname, '../../../examples/shop'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('a command sees the world and the screen, and nothing else of the shell that it was typed in', () => {
  const shell = { TERM: 'xterm', USER: 'me', HOME: '/home/me', PATH: '/home/me/bin', HTTPS_PROXY: 'http://real', FLY_API_TOKEN: 'real', AWS_SECRET_ACCESS_KEY: 'real', GH_TOKEN: 'real', NODE_OPTIONS: '--inspect' };
  expect(laptopEnvironment(shell, { network: { HTTPS_PROXY: 'http://twin' }, toolbox: '/world/bin', facts: FACTS, githubToken: 'github', shop })).toEqual({
    TERM: 'xterm', USER: 'me', LANG: 'C.UTF-8', HTTPS_PROXY: 'http://twin', PATH: '/world/bin:/world/shelf:/usr/local/bin:/usr/bin:/bin', HOME: '/world/home',
    GITHUB_TOKEN: 'github', GH_TOKEN: 'github', FLY_API_TOKEN: 'fly', CLOUDFLARE_API_TOKEN: 'cloudflare', CLOUDFLARE_ACCOUNT_ID: expect.stringMatching(/^[0-9a-f]{32}$/u),
  });
});

test('a secret that was set stays over what the world began with, for its environment alone, with the database where it is today', async () => {
  const before = await environmentSecrets({ directory, facts: FACTS }, shop);
  await setEnvironmentSecret({ directory, databaseOrigin: FACTS.databaseOrigin }, { environment: 'production', name: 'FLY_SECRETS', value: `{"DATABASE_URL":"${FACTS.databaseOrigin}/other"}` });
  await setEnvironmentSecret({ directory, databaseOrigin: FACTS.databaseOrigin }, { environment: 'production', name: 'NEW', value: 'one' });

  const facts = { ...FACTS, databaseOrigin: 'postgres://postgres:pw@127.0.0.1:2' };
  const { production, staging } = await environmentSecrets({ directory, facts }, shop);
  expect(production).toEqual({ ...before['production'], COMMAND_ENVIRONMENT: 'DATABASE_URL=postgres://postgres:pw@127.0.0.1:2/shop_production', FLY_SECRETS: '{"DATABASE_URL":"postgres://postgres:pw@127.0.0.1:2/other"}', NEW: 'one' });
  expect(Object.keys(staging ?? {})).toEqual(Object.keys(before['staging'] ?? {}));
  expect((await stat(join(directory, 'environment-secrets.json'))).mode & 0o077).toBe(0);
});

test('each Ctrl-C reaches the command and what it has started, which may go on; its exit code comes back, and nothing stays', async () => {
  const line = 'trap "echo caught >> caught" INT; (trap "echo child >> caught" INT; while :; do sleep 0.01; done) & touch caught ready; until [ "$(grep -c caught caught)" = 2 ]; do sleep 0.01; done; exit 3';
  const lines = async (): Promise<string[]> => (await readFile(join(directory, 'caught'), 'utf8').catch(() => '')).split('\n');
  const count = async (text: string): Promise<number> => (await lines()).filter((one) => one === text).length;
  const ended = runCommand(['bash', '-c', line], { environment: { PATH: '/usr/bin:/bin', MARK: directory }, workingDirectory: directory });
  await eventually(async () => existsSync(join(directory, 'ready')));
  for (const [turn] of [[1], [2]] as const) {
    process.emit('SIGINT', 'SIGINT');
    await eventually(async () => (await count('caught')) === turn && (turn === 2 || (await count('child')) === turn));
  }
  expect(await ended).toBe(3);
  expect(process.listenerCount('SIGINT')).toBe(0);
  await eventually(async () => (await processesOf(directory)).length === 0);
});

test('a command that a signal ends has the exit code that a shell gives it, and one that there is not is named', async () => {
  const place = { environment: { PATH: '/usr/bin:/bin' }, workingDirectory: directory };
  expect(await runCommand(['bash', '-c', 'kill -TERM $$'], place)).toBe(143);
  await expect(runCommand(['nosuchprogram'], place)).rejects.toThrow('There is no program "nosuchprogram" in this world.');
});

test.each<[string, string[], string]>([
  ['no world', [join(tmpdir(), 'nowhere'), '--', 'true'], 'There is no world in'],
  ['no command', [tmpdir()], 'missing the command, for example  script/world'],
  ['an empty command', [tmpdir(), '--', ' '], 'missing the command'],
  ['nothing at all', [], "missing required argument 'dir'"],
  ['an option that there is not', ['--speed', '3', tmpdir(), '--', 'true'], "unknown option '--speed'"],
])('%s: one sentence, and exit code 2', async (_, args, sentence) => {
  const { exitCode, said } = await start([...MAIN, ...args]);
  expect({ exitCode, said, lines: said.trim().split('\n').length }).toEqual({ exitCode: 2, said: expect.stringContaining(sentence), lines: 1 });
});
